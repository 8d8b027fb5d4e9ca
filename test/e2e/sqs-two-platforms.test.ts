import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sendToGroup } from '../support/fifo.ts';
import { eventually } from '../support/functions.ts';
import {
  bodies,
  counts,
  makeQueue,
  nextMessage,
  receive,
  sendAll,
  type TestQueue,
} from '../support/queues.ts';
import { startServer, temporaryDirectory, type TestServer } from '../support/server.ts';
import { createDatabase } from '../support/shared-database.ts';

const shared = process.env['LAMBENT_TEST_POSTGRES'];
if (shared === undefined)
  console.log('skipped: LAMBENT_TEST_POSTGRES names no server for two platforms to share');

/** Two platforms on one PostgreSQL: neither knows of the other but through the database. */
describe.skipIf(shared === undefined)('two platforms that share a database', () => {
  const directories: { path: string; remove: () => Promise<void> }[] = [];
  let servers: TestServer[];
  let database: Awaited<ReturnType<typeof createDatabase>>;

  beforeAll(async () => {
    database = await createDatabase(shared ?? '');
    servers = [];
    for (let n = 0; n < 2; n += 1) {
      const directory = await temporaryDirectory();
      directories.push(directory);
      const flags = ['--store', database.url];
      servers.push(await startServer({ dataDir: directory.path, store: 'sqlite', flags }));
    }
  });

  afterAll(async () => {
    for (const server of servers) await server.stop();
    for (const directory of directories) await directory.remove();
    await database.remove();
  });

  const at = (server: TestServer, queue: TestQueue): TestQueue => ({
    ...queue,
    url: `${server.endpoint}/000000000000/${queue.name}`,
  });

  function both(): [TestServer, TestServer] {
    const [one, two] = servers;
    if (one === undefined || two === undefined) throw new Error('There are not two servers.');
    return [one, two];
  }

  test('hand each message to one receiver', async () => {
    const [one, two] = both();
    const queue = await makeQueue(one.sqs);
    const { QueueUrl } = await two.sqs.send(new GetQueueUrlCommand({ QueueName: queue.name }));
    expect(QueueUrl).toBe(at(two, queue).url);
    const sent = Array.from({ length: 60 }, (_, n) => `m${n}`);
    await sendAll(one.sqs, queue, ...sent.slice(0, 30));
    await sendAll(two.sqs, at(two, queue), ...sent.slice(30));
    const got: string[] = [];
    const receivers = [one, two, one, two].map(async (server) => {
      for (;;) {
        const messages = await receive(server.sqs, at(server, queue), { MaxNumberOfMessages: 3 });
        if (messages.length === 0) return;
        got.push(...bodies(messages));
      }
    });
    await Promise.all(receivers);
    // A receiver passes over what another platform has in hand at that moment, so some may be left.
    for (let batch = await receive(one.sqs, queue); batch.length > 0; batch = await receive(one.sqs, queue))
      got.push(...bodies(batch));
    expect(got.toSorted()).toEqual(sent.toSorted());
  });

  test('wake a receiver for a message that came to the other', async () => {
    const [one, two] = both();
    const queue = await makeQueue(one.sqs);
    const [{ Body }] = await Promise.all([
      nextMessage(two.sqs, at(two, queue)),
      sendAll(one.sqs, queue, 'across'),
    ]);
    expect(Body).toBe('across');
  });

  test('keep a group in order between them', async () => {
    const [one, two] = both();
    const queue = await makeQueue(one.sqs, { FifoQueue: 'true', ContentBasedDeduplication: 'true' });
    for (let n = 0; n < 10; n += 1) {
      const server = n % 2 === 0 ? one : two;
      await sendToGroup(server.sqs, at(server, queue), 'g', `m${n}`);
    }
    const seen: string[] = [];
    while (seen.length < 10) {
      for (const server of [one, two]) {
        const { Messages = [] } = await server.sqs.send(
          new ReceiveMessageCommand({ QueueUrl: at(server, queue).url, MaxNumberOfMessages: 2 }),
        );
        const other = server === one ? two : one;
        if (Messages.length > 0) expect(await receive(other.sqs, at(other, queue))).toEqual([]);
        for (const { Body = '', ReceiptHandle } of Messages) {
          seen.push(Body);
          await other.sqs.send(new DeleteMessageCommand({ QueueUrl: at(other, queue).url, ReceiptHandle }));
        }
      }
    }
    expect(seen).toEqual(Array.from({ length: 10 }, (_, n) => `m${n}`));
  });

  test('see each other’s changes to a queue, and lose nothing to a purge they have not seen', async () => {
    const [one, two] = both();
    const queue = await makeQueue(one.sqs);
    expect(await counts(two.sqs, at(two, queue))).toEqual([0, 0, 0]);
    await one.sqs.send(new PurgeQueueCommand({ QueueUrl: queue.url }));
    // The other one has the queue in memory as it was.
    await sendAll(two.sqs, at(two, queue), 'after the purge');
    expect(await counts(one.sqs, queue)).toEqual([1, 0, 0]);
    await one.sqs.send(
      new SetQueueAttributesCommand({ QueueUrl: queue.url, Attributes: { VisibilityTimeout: '0' } }),
    );
    const asked = { QueueUrl: at(two, queue).url, AttributeNames: ['VisibilityTimeout' as const] };
    await eventually(
      async () => (await two.sqs.send(new GetQueueAttributesCommand(asked))).Attributes,
      (attributes) => attributes?.VisibilityTimeout === '0',
    );
  });
});
