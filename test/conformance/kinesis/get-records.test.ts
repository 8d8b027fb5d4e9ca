import {
  DecreaseStreamRetentionPeriodCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  IncreaseStreamRetentionPeriodCommand,
  PutRecordCommand,
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
const HOUR_MS = 3_600_000;

describe('GetShardIterator', () => {
  test('begins where each of the five types says', async () => {
    const { kinesis, server } = shared;
    const stream = await makeStream(kinesis);
    await withFrozenClock(server, async () => {
      await putTexts(kinesis, stream, ['a', 'b']);
      await advanceClock(server, 60_000);
      const latest = await iteratorOf(kinesis, stream, { ShardIteratorType: 'LATEST' });
      const between = Date.now();
      const { Records: [second] = [] } = await putTexts(kinesis, stream, ['c', 'd']);
      const [, b] = await readFrom(kinesis, stream);
      const StartingSequenceNumber = b?.sequenceNumber;
      expect(textsOf(await readOn(kinesis, latest))).toEqual(['c', 'd']);
      const from = async (position: Parameters<typeof readFrom>[2]) =>
        textsOf(await readFrom(kinesis, stream, position));
      await advanceClock(server, 1_000);
      expect(await from({})).toEqual(['a', 'b', 'c', 'd']);
      expect(await from({ ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber })).toEqual([
        'b',
        'c',
        'd',
      ]);
      expect(await from({ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber })).toEqual([
        'c',
        'd',
      ]);
      const Timestamp = new Date((b?.arrivedAt?.getTime() ?? between) + 1);
      await advanceClock(server, 1_000);
      expect(await from({ ShardIteratorType: 'AT_TIMESTAMP', Timestamp })).toEqual(['c', 'd']);
      expect(second?.SequenceNumber).toMatch(/^\d{56}$/);
    });
  });

  test('refuses positions that make no sense', async () => {
    const { kinesis } = shared;
    const stream = await makeStream(kinesis);
    const other = await makeStream(kinesis, { ShardCount: 2 });
    const ask = async (input: Parameters<typeof iteratorOf>[2]) =>
      await refusal(iteratorOf(kinesis, stream, input));
    expect(await ask({ ShardId: 'shardId-000000000001' })).toEqual({
      code: 'ResourceNotFoundException',
      message: `Shard shardId-000000000001 in stream ${stream.name} under account 000000000000 does not exist`,
    });
    const { Records = [] } = await putTexts(kinesis, other, ['x', 'y', 'z', 'u', 'v', 'w']);
    const foreign = Records.find(({ ShardId }) => ShardId === 'shardId-000000000001')?.SequenceNumber;
    for (const StartingSequenceNumber of ['1', foreign]) {
      expect(await ask({ ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber })).toMatchObject({
        code: 'InvalidArgumentException',
        message: expect.stringContaining('is invalid because it did not come from this stream.') as string,
      });
    }
    for (const input of [
      { ShardIteratorType: 'AT_SEQUENCE_NUMBER' },
      { ShardIteratorType: 'AT_TIMESTAMP' },
      { ShardIteratorType: 'AT_TIMESTAMP', Timestamp: new Date(Date.now() + 100_000 * HOUR_MS) },
      { ShardIteratorType: 'LATEST', StartingSequenceNumber: foreign },
      { ShardIteratorType: 'TRIM_HORIZON', Timestamp: new Date() },
    ] as const) {
      expect(await ask(input)).toMatchObject({ code: 'InvalidArgumentException' });
    }
    const DryRun = true;
    expect(await ask({ DryRun })).toMatchObject({ code: 'DryRunOperationException' });
  });
});

describe('GetRecords', () => {
  test('goes on from call to call, and says how far behind it is', async () => {
    const { kinesis, server } = shared;
    const stream = await makeStream(kinesis);
    await withFrozenClock(server, async () => {
      await putTexts(
        kinesis,
        stream,
        Array.from({ length: 10 }, (_, index) => `r${index}`),
      );
      await advanceClock(server, 5_000);
      await putTexts(kinesis, stream, ['last']);
      await advanceClock(server, 2_000);
      let ShardIterator = await iteratorOf(kinesis, stream);
      const seen: [number | undefined, number | undefined][] = [];
      for (const Limit of [4, 6, 1, 1]) {
        const page = await kinesis.send(new GetRecordsCommand({ ShardIterator, Limit }));
        ShardIterator = page.NextShardIterator;
        seen.push([page.Records?.length, page.MillisBehindLatest]);
      }
      expect(seen).toEqual([
        [4, 7_000],
        [6, 2_000],
        [1, 0],
        [0, 0],
      ]);
    });
  });

  test('reads a shard five times a second, and two megabytes', async () => {
    const { kinesis, server } = shared;
    const stream = await makeStream(kinesis);
    await withFrozenClock(server, async () => {
      const big = { StreamName: stream.name, PartitionKey: 'k', Data: Buffer.alloc(1_000_000) };
      for (let put = 0; put < 3; put += 1) {
        await kinesis.send(new PutRecordCommand(big));
        await advanceClock(server, 1_000);
      }
      const ShardIterator = await iteratorOf(kinesis, stream);
      const read = new GetRecordsCommand({ ShardIterator });
      expect((await kinesis.send(read)).Records).toHaveLength(3);
      const throttled = {
        code: 'ProvisionedThroughputExceededException',
        message: `Rate exceeded for shard shardId-000000000000 in stream ${stream.name} under account 000000000000.`,
      };
      expect(await refusal(kinesis.send(read))).toEqual(throttled);
      await advanceClock(server, 5_000);
      const small = new GetRecordsCommand({ ShardIterator, Limit: 1 });
      expect(await kinesis.send(small)).toMatchObject({ Records: [{ PartitionKey: 'k' }] });
      const empty = await iteratorOf(kinesis, stream, { ShardIteratorType: 'LATEST' });
      for (let call = 1; call < 5; call += 1)
        await kinesis.send(new GetRecordsCommand({ ShardIterator: empty }));
      expect(await refusal(kinesis.send(new GetRecordsCommand({ ShardIterator: empty })))).toEqual(throttled);
    });
  });

  test('refuses iterators after five minutes, and those that are none', async () => {
    const { kinesis, server } = shared;
    const stream = await makeStream(kinesis);
    await withFrozenClock(server, async () => {
      const ShardIterator = await iteratorOf(kinesis, stream);
      await advanceClock(server, 300_000);
      await kinesis.send(new GetRecordsCommand({ ShardIterator }));
      await advanceClock(server, 1);
      const expired = await refusal(kinesis.send(new GetRecordsCommand({ ShardIterator })));
      expect(expired.code).toBe('ExpiredIteratorException');
      expect(expired.message).toMatch(
        /^Iterator expired. The iterator was created at time \w{3} \w{3} \d\d [\d:]{8} UTC \d{4} while right now it is .* than the tolerated delay of 300000 milliseconds.$/,
      );
    });
    const good = (await iteratorOf(kinesis, stream)) ?? '';
    for (const ShardIterator of ['x', `${good.slice(0, -8)}AAAAAAAA`, `A${good}`]) {
      expect(await refusal(kinesis.send(new GetRecordsCommand({ ShardIterator })))).toEqual({
        code: 'InvalidArgumentException',
        message: 'Invalid ShardIterator.',
      });
    }
  });

  test('forgets records after the retention period', async () => {
    const { kinesis, server } = shared;
    const stream = await makeStream(kinesis);
    const day = { StreamName: stream.name };
    await withFrozenClock(server, async () => {
      await putTexts(kinesis, stream, ['old']);
      await advanceClock(server, 23 * HOUR_MS);
      await putTexts(kinesis, stream, ['young']);
      expect(textsOf(await readFrom(kinesis, stream))).toEqual(['old', 'young']);
      await kinesis.send(new IncreaseStreamRetentionPeriodCommand({ ...day, RetentionPeriodHours: 48 }));
      await whenActive(kinesis, stream.name);
      await advanceClock(server, HOUR_MS + 1);
      expect(textsOf(await readFrom(kinesis, stream))).toEqual(['old', 'young']);
      await kinesis.send(new DecreaseStreamRetentionPeriodCommand({ ...day, RetentionPeriodHours: 24 }));
      await whenActive(kinesis, stream.name);
      expect(textsOf(await readFrom(kinesis, stream))).toEqual(['young']);
      await advanceClock(server, 24 * HOUR_MS);
      expect(textsOf(await readFrom(kinesis, stream))).toEqual([]);
      await putTexts(kinesis, stream, ['new']);
      expect(textsOf(await readFrom(kinesis, stream))).toEqual(['new']);
    });
  });

  test('reads no stream that has taken the place of another', async () => {
    const { kinesis } = shared;
    const stream = await makeStream(kinesis);
    const iterator = await iteratorOf(kinesis, stream);
    const foreign = new GetRecordsCommand({
      ShardIterator: iterator,
      StreamARN: `${stream.arn}-other`,
    });
    expect(await refusal(kinesis.send(foreign))).toMatchObject({ code: 'InvalidArgumentException' });
    const unnamed = new GetShardIteratorCommand({ ShardId: '0', ShardIteratorType: 'LATEST' });
    expect(await refusal(kinesis.send(unnamed))).toMatchObject({ code: 'InvalidArgumentException' });
  });
});
