import { setTimeout as delay } from 'node:timers/promises';
import {
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { advanceClock } from '../support/async-events.ts';
import { eventually } from '../support/functions.ts';
import { makeQueue, type TestQueue } from '../support/queues.ts';
import { startServer, temporaryDirectory, type TestServer } from '../support/server.ts';

const KILLS = 8;
const SENDERS = 4;
const RECEIVERS = 3;

/** What the clients have been told. */
class Books {
  readonly sent = new Map<string, string>();
  readonly seen = new Set<string>();
  readonly deleted = new Set<string>();
  /** Received after its delete was acknowledged. */
  readonly reappeared: string[] = [];
  readonly disorder: string[] = [];
  readonly #lastDeleted = new Map<string, number>();

  /** A message of a group never comes before one that was sent earlier and is not deleted. */
  received(body: string): void {
    this.seen.add(body);
    if (this.deleted.has(body)) this.reappeared.push(body);
    const [group = '', number = ''] = body.split(' ');
    const last = this.#lastDeleted.get(group) ?? -1;
    if (group.startsWith('group') && Number(number) < last) this.disorder.push(`${body} after ${last}`);
  }

  noteDeleted(body: string): void {
    this.deleted.add(body);
    const [group = '', number = ''] = body.split(' ');
    this.#lastDeleted.set(group, Math.max(Number(number), this.#lastDeleted.get(group) ?? -1));
  }
}

async function send(
  sqs: SQSClient,
  { url }: TestQueue,
  isFifo: boolean,
  lane: string,
  n: number,
  books: Books,
) {
  const body = `${lane} ${n}`;
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: url,
      MessageBody: body,
      ...(isFifo && { MessageGroupId: lane, MessageDeduplicationId: body.replace(' ', '-') }),
    }),
  );
  books.sent.set(body, lane);
}

async function takeSome(sqs: SQSClient, { url }: TestQueue, books: Books): Promise<number> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 5, VisibilityTimeout: 60 }),
  );
  for (const { Body = '' } of Messages) books.received(Body);
  for (const { Body = '', ReceiptHandle } of Messages) {
    await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle }));
    books.noteDeleted(Body);
  }
  return Messages.length;
}

/** Sends, receives and deletes from many sides until the server is killed at a random moment. */
async function workUntilKilled(
  server: TestServer,
  queues: readonly TestQueue[],
  round: number,
  books: Books,
) {
  const life = { ended: false };
  const workers = queues.flatMap((queue, index) => {
    const isFifo = index === 1;
    const senders = Array.from({ length: SENDERS }, async (_, sender) => {
      const lane = `${isFifo ? 'group' : 'plain'}${sender}`;
      for (let n = 0; !life.ended; n += 1)
        await send(server.sqs, queue, isFifo, lane, round * 100_000 + n, books);
    });
    const receivers = Array.from({ length: RECEIVERS }, async () => {
      while (!life.ended) await takeSome(server.sqs, queue, books);
    });
    return [...senders, ...receivers];
  });
  const done = Promise.allSettled(workers);
  const before = books.sent.size;
  await eventually(
    async () => await Promise.resolve(books.sent.size - before),
    (sent) => sent >= 2 * SENDERS,
    60_000,
  );
  // Not a wait for anything: the moment of the kill has to be a random one.
  await delay(50 + Math.random() * 400);
  const killed = server.kill();
  life.ended = true;
  await Promise.all([killed, done]);
}

test(`kill -9 at ${KILLS} random moments loses no message and brings none back`, {
  timeout: 300_000,
}, async () => {
  const directory = await temporaryDirectory();
  const start = async () => await startServer({ dataDir: directory.path });
  const books = new Books();
  let queues: TestQueue[] = [];
  for (let round = 0; round < KILLS; round += 1) {
    const server = await start();
    if (round === 0)
      queues = [await makeQueue(server.sqs), await makeQueue(server.sqs, { FifoQueue: 'true' })];
    const moved = queues.map((queue) => ({ ...queue, url: `${server.endpoint}/000000000000/${queue.name}` }));
    await workUntilKilled(server, moved, round, books);
  }
  const server = await start();
  // What was in hand when a server was killed comes back when its time is over.
  await advanceClock(server, 60_000);
  for (const { name } of queues) {
    const queue = { name, arn: '', url: `${server.endpoint}/000000000000/${name}` };
    while ((await takeSome(server.sqs, queue, books)) > 0);
  }
  expect(books.sent.size).toBeGreaterThan(KILLS * SENDERS);
  // One whose delete was asked for and not answered may be gone; it was received before.
  expect([...books.sent.keys()].filter((body) => !books.seen.has(body))).toEqual([]);
  expect(books.reappeared).toEqual([]);
  expect(books.disorder).toEqual([]);
  await server.stop();
  await directory.remove();
});
