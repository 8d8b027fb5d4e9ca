import { randomUUID } from 'node:crypto';
import { readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, eventually } from '../support/functions.ts';
import { makeMapping } from '../support/mappings.ts';
import { counts, makeQueue, type TestQueue } from '../support/queues.ts';
import { startServer, temporaryDirectory, type TestServer } from '../support/server.ts';
import { createDatabase } from '../support/shared-database.ts';
import { kinesisFor, makeStream, type TestStream } from '../support/streams.ts';

const shared = process.env['LAMBENT_TEST_POSTGRES'];
if (shared === undefined)
  console.log('skipped: LAMBENT_TEST_POSTGRES names no server for two platforms to share');

/** Writes down what it gets where the test can read it, whatever becomes of the platform. */
const LEDGER = `
  const { appendFileSync } = require('node:fs');
  exports.handler = async ({ Records }) => {
    const texts = Records.map(({ body, kinesis }) => body ?? Buffer.from(kinesis.data, 'base64').toString());
    appendFileSync(process.env.LEDGER, texts.map((text) => text + '\\n').join(''));
  };
`;
const ROUNDS = 10;
/** Others keep off a mapping for twenty seconds after its platform was last heard of. */
const PATIENCE_MS = 120_000;

/** Two platforms on one PostgreSQL: neither knows of the other but through the database. */
describe.skipIf(shared === undefined)('two platforms that share a database', () => {
  const directories: { path: string; remove: () => Promise<void> }[] = [];
  const servers: TestServer[] = [];
  let database: Awaited<ReturnType<typeof createDatabase>>;

  beforeAll(async () => {
    database = await createDatabase(shared ?? '');
  });

  afterAll(async () => {
    for (const server of servers) await server.stop();
    for (const directory of directories) await directory.remove();
    await database.remove();
  });

  async function start(): Promise<TestServer> {
    const directory = await temporaryDirectory();
    const [first] = directories;
    directories.push(directory);
    // Code is not in the database: a platform finds what another one has been given where both look for it.
    if (first !== undefined) await symlink(join(first.path, 'blobs'), join(directory.path, 'blobs'));
    // At this level functions reach the machine's files.
    const flags = ['--store', database.url, '--isolation', 'process'];
    const server = await startServer({ dataDir: directory.path, store: 'sqlite', flags });
    servers.push(server);
    return server;
  }

  test('poll each mapping once, and go on where one that was killed has stopped', {
    timeout: 3 * PATIENCE_MS,
  }, async () => {
    const one = await start();
    const file = join(directories[0]?.path ?? '', 'ledger.txt');
    const variables = { Environment: { Variables: { LEDGER: file } } };
    await deploy(one.lambda, 'ledger', { 'index.js': LEDGER }, variables);
    const two = await start();
    const queue = await makeQueue(one.sqs, { FifoQueue: 'true', VisibilityTimeout: '10' });
    const kinesis = kinesisFor(one);
    const stream = await makeStream(kinesis);
    kinesis.destroy();
    const FunctionName = 'ledger';
    const position = { StartingPosition: 'TRIM_HORIZON', BatchSize: 5 } as const;
    const mappings = [
      await makeMapping(one.lambda, { FunctionName, EventSourceArn: queue.arn, BatchSize: 3 }),
      await makeMapping(one.lambda, { FunctionName, EventSourceArn: stream.arn, ...position }),
    ];

    const lines = async (): Promise<string[]> =>
      (await readFile(file, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');
    const untilSeen = async (texts: readonly string[]): Promise<void> => {
      await eventually(
        async () => new Set(await lines()),
        (seen) => texts.every((text) => seen.has(text)),
        PATIENCE_MS,
      );
    };
    const early = await sendAll(one, queue, stream, 'early');
    await untilSeen(early);
    // A batch begins when the one before it is settled.
    await untilSeen(await sendAll(one, queue, stream, 'middle'));
    await eventually(
      async () => await counts(one.sqs, queue),
      (found) => found.every((count) => count === 0),
      PATIENCE_MS,
    );
    const pollers = [await polledBy(one), await polledBy(two)];
    expect(pollers.flat().toSorted()).toEqual(mappings.map(({ UUID }) => UUID).toSorted());

    // Whichever polls dies in the midst of its work, the other one goes on.
    const dies = (pollers[0]?.length ?? 0) > 0 ? one : two;
    const lives = dies === one ? two : one;
    const late = await sendAll(dies, queue, stream, 'late');
    await dies.kill();
    servers.splice(servers.indexOf(dies), 1);
    const last = await sendAll(lives, queue, stream, 'last');
    await untilSeen([...late, ...last]);
    await eventually(
      async () => await polledBy(lives),
      (found) => found.length === 2,
      PATIENCE_MS,
    );
    const all = await lines();
    // What was settled before does not come again; what came again did so in its order.
    expect(all.filter((line) => line.includes('early')).toSorted()).toEqual(early.toSorted());
    for (const source of ['q', 's']) {
      const seen = [...new Set(all)].filter((line) => line.startsWith(source));
      const sent = ['early', 'middle', 'late', 'last'].flatMap((part) => textsOf(source, part));
      expect(seen).toEqual(sent);
    }
  });
});

function textsOf(source: string, part: string): string[] {
  return Array.from({ length: ROUNDS }, (_, round) => `${source} ${part} ${round}`);
}

/** Into a group of the queue and a shard of the stream, in this order. */
async function sendAll(
  server: TestServer,
  queue: TestQueue,
  stream: TestStream,
  part: string,
): Promise<string[]> {
  const [messages, records] = [textsOf('q', part), textsOf('s', part)];
  const Entries = messages.map((MessageBody, index) => ({
    Id: `e${index}`,
    MessageBody,
    MessageGroupId: 'g',
    MessageDeduplicationId: randomUUID(),
  }));
  const QueueUrl = `${server.endpoint}/000000000000/${queue.name}`;
  await server.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  const kinesis = kinesisFor(server);
  const Records = records.map((text) => ({ PartitionKey: 'k', Data: Buffer.from(text) }));
  await kinesis.send(new PutRecordsCommand({ StreamName: stream.name, Records }));
  kinesis.destroy();
  return [...messages, ...records];
}

/** The UUIDs of what this platform polls. */
async function polledBy(server: TestServer): Promise<string[]> {
  const answer = await fetch(`${server.endpoint}/_lambent/event-source-mappings`);
  const { eventSourceMappings: mappings } = (await answer.json()) as {
    eventSourceMappings: readonly { uuid: string; isPolling: boolean }[];
  };
  return mappings.filter(({ isPolling }) => isPolling).map(({ uuid }) => uuid);
}
