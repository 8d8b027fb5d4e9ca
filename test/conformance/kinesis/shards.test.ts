import {
  DescribeStreamCommand,
  GetRecordsCommand,
  ListShardsCommand,
  type ListShardsCommandInput,
  MergeShardsCommand,
  type Shard,
  SplitShardCommand,
  UpdateShardCountCommand,
  UpdateStreamModeCommand,
} from '@aws-sdk/client-kinesis';
import { describe, expect, test } from 'vitest';
import { advanceClock, withFrozenClock } from '../../support/async-events.ts';
import { eventually } from '../../support/functions.ts';
import {
  FIRST_SHARD,
  iteratorOf,
  makeStream,
  putTexts,
  readFrom,
  type TestStream,
  textsOf,
  whenActive,
} from '../../support/streams.ts';
import { refusal, useKinesis } from './kinesis-fixtures.ts';

const shared = useKinesis();
const HOUR_MS = 3_600_000;
const TOP = (1n << 128n) - 1n;
const HALF = String(1n << 127n);
const shardId = (number: number): string => `shardId-${String(number).padStart(12, '0')}`;

async function split({ name: StreamName }: TestStream, number: number, at: string): Promise<void> {
  const input = { StreamName, ShardToSplit: shardId(number), NewStartingHashKey: at };
  await shared.kinesis.send(new SplitShardCommand(input));
  await whenActive(shared.kinesis, StreamName);
}

async function merge({ name: StreamName }: TestStream, one: number, other: number): Promise<void> {
  const input = { StreamName, ShardToMerge: shardId(one), AdjacentShardToMerge: shardId(other) };
  await shared.kinesis.send(new MergeShardsCommand(input));
  await whenActive(shared.kinesis, StreamName);
}

async function list(input: ListShardsCommandInput): Promise<Shard[]> {
  return (await shared.kinesis.send(new ListShardsCommand(input))).Shards ?? [];
}

function numbersOf(shards: readonly Shard[]): number[] {
  return shards.map(({ ShardId = '' }) => Number(ShardId.slice('shardId-'.length)));
}

describe('SplitShard and MergeShards', () => {
  test('close parents and open children, and every record is read from where it was put', async () => {
    const { kinesis } = shared;
    const stream = await makeStream(kinesis);
    await putTexts(kinesis, stream, ['before']);
    await split(stream, 0, HALF);
    await putTexts(kinesis, stream, ['a', 'b', 'c', 'd']);
    await merge(stream, 1, 2);
    await putTexts(kinesis, stream, ['after']);
    const shards = await list({ StreamName: stream.name });
    expect(shards).toMatchObject([
      { ShardId: shardId(0), SequenceNumberRange: { EndingSequenceNumber: expect.any(String) as string } },
      { ShardId: shardId(1), ParentShardId: shardId(0), HashKeyRange: { StartingHashKey: '0' } },
      { ShardId: shardId(2), ParentShardId: shardId(0), HashKeyRange: { StartingHashKey: HALF } },
      {
        ShardId: shardId(3),
        ParentShardId: shardId(1),
        AdjacentParentShardId: shardId(2),
        HashKeyRange: { StartingHashKey: '0', EndingHashKey: String(TOP) },
      },
    ]);
    expect(shards[3]?.SequenceNumberRange).not.toHaveProperty('EndingSequenceNumber');
    const read: string[][] = [];
    for (const number of [0, 1, 2, 3])
      read.push(textsOf(await readFrom(kinesis, stream, { ShardId: shardId(number) })));
    expect(read[0]).toEqual(['before']);
    expect([...(read[1] ?? []), ...(read[2] ?? [])].toSorted()).toEqual(['a', 'b', 'c', 'd']);
    expect(read[3]).toEqual(['after']);
  });

  test('end a closed shard with its children in place of an iterator', async () => {
    const { kinesis } = shared;
    const stream = await makeStream(kinesis);
    await putTexts(kinesis, stream, ['x', 'y']);
    const ShardIterator = await iteratorOf(kinesis, stream);
    await split(stream, 0, HALF);
    const first = await kinesis.send(new GetRecordsCommand({ ShardIterator, Limit: 1 }));
    expect(first).not.toHaveProperty('ChildShards');
    const last = await kinesis.send(new GetRecordsCommand({ ShardIterator: first.NextShardIterator }));
    expect(last.Records).toHaveLength(1);
    expect(last).not.toHaveProperty('NextShardIterator');
    expect(last.ChildShards).toMatchObject([
      { ShardId: shardId(1), ParentShards: [shardId(0)], HashKeyRange: { StartingHashKey: '0' } },
      { ShardId: shardId(2), ParentShards: [shardId(0)], HashKeyRange: { EndingHashKey: String(TOP) } },
    ]);
  });

  test('refuse what cannot be split or merged', async () => {
    const { kinesis } = shared;
    const stream = await makeStream(kinesis, { ShardCount: 3 });
    const { name } = stream;
    expect(await refusal(split(stream, 7, HALF))).toEqual({
      code: 'ResourceNotFoundException',
      message: `Could not find shard ${shardId(7)} in stream ${name} under account 000000000000.`,
    });
    for (const at of ['0', '1', HALF]) {
      const { code, message } = await refusal(split(stream, 0, at));
      expect(code).toBe('InvalidArgumentException');
      expect(message).toMatch(`NewStartingHashKey ${at} used in SplitShard() on shard ${shardId(0)}`);
    }
    expect(await refusal(merge(stream, 0, 2))).toEqual({
      code: 'InvalidArgumentException',
      message: `Shards ${shardId(0)} and ${shardId(2)} in stream ${name} under account 000000000000 are not an adjacent pair of shards eligible for merging`,
    });
    await merge(stream, 1, 0);
    const closed = { code: 'ResourceInUseException' };
    expect(await refusal(merge(stream, 1, 2))).toMatchObject(closed);
    expect(await refusal(split(stream, 0, '5'))).toMatchObject(closed);
    expect(numbersOf(await list({ StreamName: name }))).toEqual([0, 1, 2, 3]);
  });
});

describe('UpdateShardCount', () => {
  const update = async ({ name: StreamName }: TestStream, TargetShardCount: number) => {
    const input = { StreamName, TargetShardCount, ScalingType: 'UNIFORM_SCALING' } as const;
    const answer = await shared.kinesis.send(new UpdateShardCountCommand(input));
    await whenActive(shared.kinesis, StreamName);
    return answer;
  };

  test('comes to equal shards up to twice and down to half as many, ten times a day', async () => {
    const { kinesis, server } = shared;
    const stream = await makeStream(kinesis, { ShardCount: 2 });
    const open = async () => await list({ StreamName: stream.name, ShardFilter: { Type: 'AT_LATEST' } });
    expect(await update(stream, 4)).toMatchObject({
      StreamName: stream.name,
      StreamARN: stream.arn,
      CurrentShardCount: 2,
      TargetShardCount: 4,
    });
    expect(await open()).toHaveLength(4);
    await update(stream, 3);
    const starts = (await open()).map(({ HashKeyRange }) => HashKeyRange?.StartingHashKey);
    const third = (1n << 128n) / 3n;
    expect(new Set(starts)).toEqual(new Set(['0', String(third), String(third * 2n)]));
    const code = 'InvalidArgumentException';
    expect(await refusal(update(stream, 7))).toMatchObject({ code });
    expect(await refusal(update(stream, 1))).toMatchObject({ code });
    for (const count of [4, 3, 4, 3, 4, 3, 4, 3]) await update(stream, count);
    expect(await refusal(update(stream, 4))).toMatchObject({ code: 'LimitExceededException' });
    await advanceClock(server, 24 * HOUR_MS);
    await update(stream, 4);
    expect(await open()).toHaveLength(4);
  });

  test('is for streams in provisioned mode', async () => {
    const { kinesis } = shared;
    const stream = await makeStream(kinesis);
    const mode = async (StreamMode: 'ON_DEMAND' | 'PROVISIONED'): Promise<void> => {
      await kinesis.send(
        new UpdateStreamModeCommand({ StreamARN: stream.arn, StreamModeDetails: { StreamMode } }),
      );
      await whenActive(kinesis, stream.name);
    };
    await mode('ON_DEMAND');
    const code = 'ValidationException';
    expect(await refusal(update(stream, 2))).toMatchObject({ code });
    expect(await refusal(split(stream, 0, HALF))).toMatchObject({ code });
    await mode('PROVISIONED');
    await update(stream, 2);
    expect(await refusal(mode('ON_DEMAND'))).toMatchObject({ code: 'LimitExceededException' });
  });
});

test('an on-demand stream gets more shards when a minute was too much for it', async () => {
  const { kinesis, server } = shared;
  const stream = await makeStream(kinesis, { StreamModeDetails: { StreamMode: 'ON_DEMAND' } });
  const same = Array.from({ length: 500 }, () => 'one key');
  const open = async () =>
    (await list({ StreamName: stream.name, ShardFilter: { Type: 'AT_LATEST' } })).length;
  await withFrozenClock(server, async () => {
    for (const failed of [0, 0, 500])
      expect((await putTexts(kinesis, stream, same)).FailedRecordCount).toBe(failed);
    expect(await open()).toBe(4);
    await advanceClock(server, 61_000);
    await putTexts(kinesis, stream, ['the minute is over']);
    await eventually(open, (count) => count === 8, 30_000);
    await whenActive(kinesis, stream.name);
    await putTexts(kinesis, stream, same);
    await advanceClock(server, 61_000);
    await putTexts(kinesis, stream, ['a minute that was not']);
    expect(await open()).toBe(8);
  });
});

describe('ListShards', () => {
  test('lists page by page, and by its filters', async () => {
    const { kinesis, server } = shared;
    await withFrozenClock(server, async () => {
      const stream = await makeStream(kinesis, { ShardCount: 2 });
      const { StreamDescription } = await kinesis.send(
        new DescribeStreamCommand({ StreamName: stream.name }),
      );
      const createdAtMs = StreamDescription?.StreamCreationTimestamp?.getTime() ?? 0;
      await advanceClock(server, HOUR_MS);
      await split(stream, 0, '1000');
      await advanceClock(server, HOUR_MS);
      const StreamName = stream.name;
      const by = async (ShardFilter: ListShardsCommandInput['ShardFilter']) =>
        numbersOf(await list({ StreamName, ShardFilter }));
      expect(await by(undefined)).toEqual([0, 1, 2, 3]);
      expect(await by({ Type: 'FROM_TRIM_HORIZON' })).toEqual([0, 1, 2, 3]);
      expect(await by({ Type: 'AT_TRIM_HORIZON' })).toEqual([0, 1]);
      expect(await by({ Type: 'AT_LATEST' })).toEqual([1, 2, 3]);
      expect(await by({ Type: 'AFTER_SHARD_ID', ShardId: shardId(1) })).toEqual([2, 3]);
      const at = (hours: number): Date => new Date(createdAtMs + hours * HOUR_MS);
      expect(await by({ Type: 'AT_TIMESTAMP', Timestamp: at(0.5) })).toEqual([0, 1]);
      expect(await by({ Type: 'AT_TIMESTAMP', Timestamp: at(1.5) })).toEqual([1, 2, 3]);
      expect(await by({ Type: 'FROM_TIMESTAMP', Timestamp: at(1.5) })).toEqual([1, 2, 3]);
      const page = await kinesis.send(
        new ListShardsCommand({ StreamName, MaxResults: 2, ShardFilter: { Type: 'AT_LATEST' } }),
      );
      expect(numbersOf(page.Shards ?? [])).toEqual([1, 2]);
      const { NextToken } = page;
      expect(numbersOf(await list({ NextToken }))).toEqual([3]);
      const code = 'InvalidArgumentException';
      for (const input of [
        { NextToken, StreamName },
        { NextToken: 'x' },
        { StreamName, ShardFilter: { Type: 'AFTER_SHARD_ID' } },
        { StreamName, ShardFilter: { Type: 'AT_LATEST', ShardId: FIRST_SHARD } },
        { StreamName, ShardFilter: { Type: 'AT_TIMESTAMP' } },
      ] as const) {
        expect(await refusal(list(input)), JSON.stringify(input)).toMatchObject({ code });
      }
      await advanceClock(server, 300_001);
      expect(await refusal(list({ NextToken }))).toMatchObject({ code: 'ExpiredNextTokenException' });
      await advanceClock(server, 24 * HOUR_MS);
      expect(await by(undefined)).toEqual([1, 2, 3]);
    });
  });
});
