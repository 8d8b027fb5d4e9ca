import { afterEach, beforeEach, expect, test } from 'vitest';
import { putRecord } from '../../../src/services/kinesis/records/put-record.ts';
import { mergeShards } from '../../../src/services/kinesis/shards/merge-shards.ts';
import { splitShard } from '../../../src/services/kinesis/shards/split-shard.ts';
import { createStream } from '../../../src/services/kinesis/streams/create-stream.ts';
import { CONTEXT } from './polling-world.ts';
import { SmallWorld } from './small-world.ts';

const StreamName = 'shards';
const ARN = `arn:aws:kinesis:us-east-1:000000000000:stream/${StreamName}`;
const HOUR_MS = 3_600_000;
/** A worker reads so many records ahead of the function. */
const READ_AHEAD = 10_000;

let world: SmallWorld;

beforeEach(async () => {
  world = await SmallWorld.make();
  await createStream(world.streams)({ StreamName, ShardCount: 1 }, CONTEXT);
  await world.clock.pass(1000);
});

afterEach(async () => {
  await world.end();
  expect(world.problems).toEqual([]);
});

/** @param eighths where in the range of hash keys */
async function put(text: string, eighths = 0): Promise<void> {
  const ExplicitHashKey = String(2n ** 125n * BigInt(eighths));
  const record = { StreamName, PartitionKey: text, ExplicitHashKey, Data: Buffer.from(text) };
  await putRecord(world.streams)(record, CONTEXT);
}

async function split(shard: number, eighths: number): Promise<void> {
  const NewStartingHashKey = String(2n ** 125n * BigInt(eighths));
  await splitShard(world.streams)({ StreamName, ShardToSplit: idOf(shard), NewStartingHashKey }, CONTEXT);
  await world.clock.pass(1000);
}

function idOf(shard: number): string {
  return `shardId-${String(shard).padStart(12, '0')}`;
}

function textsOf(event: unknown): string[] {
  const { Records: records } = event as { Records: readonly { kinesis: { data: string } }[] };
  return records.map(({ kinesis }) => Buffer.from(kinesis.data, 'base64').toString());
}

function got(): string[] {
  return world.called.events.flatMap(textsOf);
}

test('children of a shard that expired while nobody read it are read', async () => {
  await world.map('kinesis', ARN, { StartingPosition: 'TRIM_HORIZON' });
  await world.live();
  await put('before');
  await world.until(() => got().includes('before'));
  world.die();
  await put('expires');
  await split(0, 4);
  await world.clock.pass(23 * HOUR_MS);
  await put('low');
  await put('high', 5);
  await world.clock.pass(2 * HOUR_MS);
  await world.live();
  await world.until(() => got().length === 3);
  expect(new Set(got())).toEqual(new Set(['before', 'low', 'high']));
});

test('children of a shard that expired while it was read are read', { timeout: 60_000 }, async () => {
  for (let written = 0; written < READ_AHEAD + 1; written += 1000) {
    await Promise.all(Array.from({ length: 1000 }, async (_, index) => await put(`${written + index}`)));
    await world.clock.pass(1000);
  }
  await world.map('kinesis', ARN, { StartingPosition: 'TRIM_HORIZON', BatchSize: 500 });
  let calls = 0;
  world.called.isBusy = () => (calls += 1) > 0;
  await world.live();
  await world.until(() => calls > 0);
  await split(0, 4);
  world.clock.leap(23 * HOUR_MS);
  await put('low');
  await put('high', 5);
  world.clock.leap(2 * HOUR_MS);
  world.called.isBusy = () => false;
  await world.until(() => got().length === 2);
  expect(new Set(got())).toEqual(new Set(['low', 'high']));
});

test('a merged shard waits for both parents, also for one that has not begun', async () => {
  await put('grandparent', 0);
  await split(0, 4);
  await put('parent', 4);
  await split(2, 6);
  await put('child', 4);
  await mergeShards(world.streams)(
    { StreamName, ShardToMerge: idOf(1), AdjacentShardToMerge: idOf(3) },
    CONTEXT,
  );
  await world.clock.pass(1000);
  await put('merged', 4);
  await world.map('kinesis', ARN, { StartingPosition: 'TRIM_HORIZON', MaximumRetryAttempts: -1 });
  // Its parent is late.
  let refusals = 0;
  world.called.isBusy = (event) => textsOf(event).includes('parent') && (refusals += 1) < 5;
  await world.live();
  await world.until(() => got().length === 4);
  expect(got()).toEqual(['grandparent', 'parent', 'child', 'merged']);
});
