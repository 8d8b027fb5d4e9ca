import { createHash } from 'node:crypto';
import {
  PutRecordCommand,
  type PutRecordCommandInput,
  PutRecordsCommand,
  SplitShardCommand,
  UpdateMaxRecordSizeCommand,
} from '@aws-sdk/client-kinesis';
import { describe, expect, test } from 'vitest';
import { advanceClock, withFrozenClock } from '../../support/async-events.ts';
import {
  iteratorOf,
  makeStream,
  putTexts,
  readFrom,
  readOn,
  textsOf,
  whenActive,
} from '../../support/streams.ts';
import { refusal, useKinesis } from './kinesis-fixtures.ts';

const shared = useKinesis();
const TOP = (1n << 128n) - 1n;

/** Where the MD5 of a key falls in so many equal parts. */
function partOf(key: string, parts: bigint): string {
  const place = (BigInt(`0x${createHash('md5').update(key).digest('hex')}`) * parts) >> 128n;
  return `shardId-${String(place).padStart(12, '0')}`;
}

describe('PutRecord', () => {
  test('puts a record on the shard of its key, or of the hash key it is given', async () => {
    const { kinesis } = shared;
    const { name: StreamName } = await makeStream(kinesis, { ShardCount: 4 });
    const put = async (input: Partial<PutRecordCommandInput>) =>
      await kinesis.send(
        new PutRecordCommand({ StreamName, Data: Buffer.from('x'), PartitionKey: 'k', ...input }),
      );
    for (const key of ['a', 'b', 'c', 'schlüssel', '鍵', '🗝'.repeat(128)]) {
      expect((await put({ PartitionKey: key })).ShardId).toBe(partOf(key, 4n));
    }
    expect((await put({ ExplicitHashKey: '0' })).ShardId).toBe('shardId-000000000000');
    expect(await put({ ExplicitHashKey: String(TOP) })).toMatchObject({
      ShardId: 'shardId-000000000003',
      EncryptionType: 'NONE',
    });
    expect(await refusal(put({ ExplicitHashKey: String(TOP + 1n) }))).toEqual({
      code: 'InvalidArgumentException',
      message: `Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was ${TOP + 1n}`,
    });
  });

  test('numbers the records of a shard in growing order, across its split too', async () => {
    const { kinesis } = shared;
    const { name: StreamName } = await makeStream(kinesis);
    const numbers: string[] = [];
    const put = async (): Promise<void> => {
      const SequenceNumberForOrdering = numbers.at(-1);
      const { SequenceNumber = '' } = await kinesis.send(
        new PutRecordCommand({
          StreamName,
          Data: Buffer.from('x'),
          PartitionKey: 'k',
          SequenceNumberForOrdering,
        }),
      );
      expect(SequenceNumber).toMatch(/^49\d{54}$/);
      numbers.push(SequenceNumber);
    };
    for (let count = 0; count < 3; count += 1) await put();
    await kinesis.send(
      new SplitShardCommand({
        StreamName,
        ShardToSplit: 'shardId-000000000000',
        NewStartingHashKey: String(TOP / 2n),
      }),
    );
    await whenActive(kinesis, StreamName);
    await put();
    const values = numbers.map(BigInt);
    expect(values).toEqual(values.toSorted((a, b) => (a < b ? -1 : 1)));
    expect(new Set(values).size).toBe(4);
    const future = String((values.at(-1) ?? 0n) + (1n << 60n));
    const unknown = new PutRecordCommand({
      StreamName,
      Data: Buffer.from('x'),
      PartitionKey: 'k',
      SequenceNumberForOrdering: future,
    });
    expect(await refusal(kinesis.send(unknown))).toEqual({
      code: 'InvalidArgumentException',
      message: `ExclusiveMinimumSequenceNumber ${future} used in PutRecord on stream ${StreamName} under account 000000000000 is invalid.`,
    });
  });

  test('takes records up to the size that the stream is set to', async () => {
    const { kinesis, server } = shared;
    const stream = await makeStream(kinesis);
    const put = async (bytes: number) =>
      await kinesis.send(
        new PutRecordCommand({ StreamName: stream.name, PartitionKey: 'k', Data: Buffer.alloc(bytes, 1) }),
      );
    await withFrozenClock(server, async () => {
      expect(await refusal(put(1_048_576))).toMatchObject({ code: 'InvalidArgumentException' });
      await put(1_048_575);
      await kinesis.send(
        new UpdateMaxRecordSizeCommand({ StreamARN: stream.arn, MaxRecordSizeInKiB: 10_240 }),
      );
      await whenActive(kinesis, stream.name);
      await advanceClock(server, 1_000);
      await put(5_000_000);
      const tooMuch = await refusal(put(10));
      expect(tooMuch.code).toBe('ProvisionedThroughputExceededException');
      // Large records are paid for by the time after them.
      await advanceClock(server, 5_000);
      await put(10);
      const records = await readFrom(kinesis, stream);
      expect(records.map(({ text }) => text.length)).toEqual([1_048_575, 5_000_000, 10]);
    });
  });

  test('only says whether it would work when it is a dry run', async () => {
    const { kinesis } = shared;
    const stream = await makeStream(kinesis);
    const Data = Buffer.from('x');
    const one = { Data, PartitionKey: 'k' };
    const StreamName = stream.name;
    const code = 'DryRunOperationException';
    expect(
      await refusal(kinesis.send(new PutRecordCommand({ StreamName, ...one, DryRun: true }))),
    ).toMatchObject({ code });
    expect(
      await refusal(kinesis.send(new PutRecordsCommand({ StreamName, Records: [one], DryRun: true }))),
    ).toMatchObject({ code });
    expect(await readFrom(kinesis, stream)).toEqual([]);
  });
});

describe('PutRecords', () => {
  test('writes records in their order and answers each in its place', async () => {
    const { kinesis } = shared;
    const stream = await makeStream(kinesis);
    const texts = Array.from({ length: 500 }, (_, index) => `record ${index}`);
    const put = await putTexts(kinesis, stream, texts);
    expect(put).toMatchObject({ FailedRecordCount: 0, EncryptionType: 'NONE' });
    const records = await readFrom(kinesis, stream);
    expect(textsOf(records)).toEqual(texts);
    expect(records.map(({ key }) => key)).toEqual(texts);
    expect(records.map(({ sequenceNumber }) => sequenceNumber)).toEqual(
      put.Records?.map(({ SequenceNumber }) => SequenceNumber),
    );
    const arrivedAt = records[0]?.arrivedAt?.getTime() ?? 0;
    expect(Math.abs(arrivedAt - Date.now())).toBeLessThan(3_600_000);
  });

  test('keeps bytes as they are', async () => {
    const { kinesis } = shared;
    const stream = await makeStream(kinesis);
    const data = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const Records = [
      { Data: data, PartitionKey: 'all bytes' },
      { Data: Buffer.alloc(0), PartitionKey: 'none' },
    ];
    await kinesis.send(new PutRecordsCommand({ StreamARN: stream.arn, Records }));
    const iterator = await iteratorOf(kinesis, stream);
    expect(textsOf(await readOn(kinesis, iterator))).toEqual([data.toString(), '']);
  });

  test('fails only the records that are too much for their shard', async () => {
    const { kinesis, server } = shared;
    const stream = await makeStream(kinesis, { ShardCount: 2 });
    await withFrozenClock(server, async () => {
      const batch = async (count: number, ExplicitHashKey: string) => {
        const Records = Array.from({ length: count }, (_, index) => ({
          Data: Buffer.from(`${index}`),
          PartitionKey: 'k',
          ExplicitHashKey,
        }));
        return await kinesis.send(new PutRecordsCommand({ StreamName: stream.name, Records }));
      };
      expect((await batch(500, '0')).FailedRecordCount).toBe(0);
      expect((await batch(450, '0')).FailedRecordCount).toBe(0);
      const { FailedRecordCount, Records = [] } = await batch(60, '0');
      expect(FailedRecordCount).toBe(10);
      expect(Records.slice(0, 50).every(({ SequenceNumber }) => SequenceNumber !== undefined)).toBe(true);
      expect(Records.at(-1)).toEqual({
        ErrorCode: 'ProvisionedThroughputExceededException',
        ErrorMessage: `Rate exceeded for shard shardId-000000000000 in stream ${stream.name} under account 000000000000.`,
      });
      expect((await batch(500, String(TOP))).FailedRecordCount).toBe(0);
      await advanceClock(server, 100);
      expect((await batch(150, '0')).FailedRecordCount).toBe(50);
    });
  });

  test('refuses a request whole for one record that cannot be', async () => {
    const { kinesis } = shared;
    const stream = await makeStream(kinesis);
    const good = { Data: Buffer.from('x'), PartitionKey: 'k' };
    const put = async (Records: object[]) =>
      await refusal(
        kinesis.send(new PutRecordsCommand({ StreamName: stream.name, Records: Records as never })),
      );
    const code = 'InvalidArgumentException';
    expect(await put([good, { ...good, ExplicitHashKey: String(TOP + 1n) }])).toMatchObject({ code });
    expect(await put([good, { Data: good.Data }])).toMatchObject({ code });
    expect(await put([good, { ...good, Data: Buffer.alloc(1_048_576) }])).toMatchObject({ code });
    const validation = { code: 'ValidationException' };
    expect(await put([])).toMatchObject(validation);
    expect(await put(Array.from({ length: 501 }, () => good))).toMatchObject(validation);
    expect(await put([good, { ...good, PartitionKey: 'k'.repeat(257) }])).toMatchObject(validation);
    expect(await put(Array.from({ length: 11 }, () => ({ ...good, Data: Buffer.alloc(1_000_000) })))).toEqual(
      {
        code,
        message: 'Records size exceeds 10 MB limit',
      },
    );
    expect(await readFrom(kinesis, stream)).toEqual([]);
  });
});
