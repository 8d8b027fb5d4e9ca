import { randomUUID } from 'node:crypto';
import {
  GetRecordsCommand,
  type KinesisClient,
  RegisterStreamConsumerCommand,
  DescribeStreamConsumerCommand,
  SplitShardCommand,
  type SubscribeToShardEventStream,
  SubscribeToShardCommand,
} from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/functions.ts';
import { startServer, temporaryDirectory, type TestServer } from '../support/server.ts';
import { createDatabase } from '../support/shared-database.ts';
import {
  FIRST_SHARD,
  iteratorOf,
  kinesisFor,
  makeStream,
  putTexts,
  readFrom,
  textsOf,
} from '../support/streams.ts';

const shared = process.env['LAMBENT_TEST_POSTGRES'];
if (shared === undefined)
  console.log('skipped: LAMBENT_TEST_POSTGRES names no server for two platforms to share');

/** Two platforms on one PostgreSQL: neither knows of the other but through the database. */
describe.skipIf(shared === undefined)('two platforms that share a database', () => {
  const directories: { path: string; remove: () => Promise<void> }[] = [];
  const servers: TestServer[] = [];
  let database: Awaited<ReturnType<typeof createDatabase>>;
  let one: KinesisClient;
  let two: KinesisClient;

  beforeAll(async () => {
    database = await createDatabase(shared ?? '');
    for (let n = 0; n < 2; n += 1) {
      const directory = await temporaryDirectory();
      directories.push(directory);
      const flags = ['--store', database.url];
      servers.push(await startServer({ dataDir: directory.path, store: 'sqlite', flags }));
    }
    const [first, second] = servers;
    if (first === undefined || second === undefined) throw new Error('There are not two servers.');
    one = kinesisFor(first);
    two = kinesisFor(second);
  });

  afterAll(async () => {
    for (const client of [one, two]) client.destroy();
    for (const server of servers) await server.stop();
    for (const directory of directories) await directory.remove();
    await database.remove();
  });

  test('write to one shard at once, and never give a number twice', { timeout: 60_000 }, async () => {
    const stream = await makeStream(one);
    const words = Array.from({ length: 20 }, () => Array.from({ length: 10 }, () => randomUUID()));
    const puts = await Promise.all(
      words.map(async (texts, index) => await putTexts(index % 2 === 0 ? one : two, stream, texts)),
    );
    const given = puts.flatMap(({ Records = [] }) => Records.map(({ SequenceNumber }) => SequenceNumber));
    expect(new Set(given).size).toBe(200);
    const records = await readFrom(two, stream);
    expect(new Set(textsOf(records))).toEqual(new Set(words.flat()));
    const numbers = records.map(({ sequenceNumber }) => BigInt(sequenceNumber));
    expect(numbers).toEqual(numbers.toSorted((a, b) => (a < b ? -1 : 1)));
  });

  test('see each other split shards: nothing is written to a closed one', { timeout: 60_000 }, async () => {
    const stream = await makeStream(one);
    await putTexts(two, stream, ['before']);
    const ShardIterator = await iteratorOf(two, stream);
    await one.send(
      new SplitShardCommand({ StreamName: stream.name, ShardToSplit: FIRST_SHARD, NewStartingHashKey: '77' }),
    );
    // The other one may not have heard of it; the record finds the new shard all the same.
    const { Records = [], FailedRecordCount } = await putTexts(two, stream, ['after']);
    expect(FailedRecordCount).toBe(0);
    expect(Records[0]?.ShardId).toBe('shardId-000000000002');
    await eventually(
      async () => await two.send(new GetRecordsCommand({ ShardIterator })).catch(() => undefined),
      (page) => page?.ChildShards?.length === 2 && page.Records?.length === 1,
      30_000,
    );
  });

  test("push each other's records", { timeout: 60_000 }, async () => {
    const stream = await makeStream(one);
    const { Consumer } = await one.send(
      new RegisterStreamConsumerCommand({ StreamARN: stream.arn, ConsumerName: 'reader' }),
    );
    const ConsumerARN = Consumer?.ConsumerARN;
    await eventually(
      async () => await two.send(new DescribeStreamConsumerCommand({ ConsumerARN })).catch(() => undefined),
      (found) => found?.ConsumerDescription?.ConsumerStatus === 'ACTIVE',
      30_000,
    );
    const { EventStream } = await two.send(
      new SubscribeToShardCommand({
        ConsumerARN,
        ShardId: FIRST_SHARD,
        StartingPosition: { Type: 'LATEST' },
      }),
    );
    await putTexts(one, stream, ['pushed']);
    const texts: string[] = [];
    for await (const event of EventStream as AsyncIterable<SubscribeToShardEventStream>) {
      for (const { Data } of event.SubscribeToShardEvent?.Records ?? [])
        texts.push(Buffer.from(Data ?? []).toString());
      if (texts.length > 0) break;
    }
    expect(texts).toEqual(['pushed']);
  });
});
