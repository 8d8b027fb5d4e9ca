import { describe, expect, test } from 'vitest';
import { behind, decimalHash, evenStarts, hashKey, HIGHEST_HASH, LOWEST_HASH } from './hash-key.ts';
import { firstShards, type NewShard, rescale, Resharder, type Resharding } from './reshard.ts';

const NOW_MS = 1_800_000_000_000;

/** What is open after a change, in the order of places. */
function openAfter(shards: readonly NewShard[], { closed, opened }: Resharding): NewShard[] {
  return [...shards.filter(({ number }) => !closed.includes(number)), ...opened]
    .filter(({ closedAtMs }) => closedAtMs === undefined)
    .toSorted((a, b) => (a.start < b.start ? -1 : 1));
}

function expectWhole(open: readonly NewShard[]): void {
  expect(open[0]?.start).toBe(LOWEST_HASH);
  expect(open.at(-1)?.end).toBe(HIGHEST_HASH);
  for (const [index, shard] of open.entries()) {
    const next = open[index + 1];
    if (next !== undefined) expect(behind(shard.end)).toBe(next.start);
  }
}

describe('the shards of a stream', () => {
  test('begin as equal parts of the whole space', () => {
    for (const count of [1, 2, 3, 7, 100]) expectWhole(firstShards(count, NOW_MS));
    expect(firstShards(2, NOW_MS).map(({ start }) => decimalHash(start))).toEqual([
      '0',
      '170141183460469231731687303715884105728',
    ]);
  });

  test('split and merge with their parents named and their epochs higher', () => {
    const [only] = firstShards(1, NOW_MS);
    if (only === undefined) throw new Error('no shard');
    const resharder = new Resharder(1, NOW_MS);
    const [low, high] = resharder.split(only, hashKey(1000n));
    const merged = resharder.merge(low, high);
    expect(low).toMatchObject({ number: 1, parent: 0, start: LOWEST_HASH, end: hashKey(999n) });
    expect(high).toMatchObject({ number: 2, parent: 0, start: hashKey(1000n), end: HIGHEST_HASH });
    expect(merged).toMatchObject({ number: 3, parent: 1, adjacentParent: 2, start: LOWEST_HASH });
    expect(low.epoch).toBeGreaterThan(only.epoch);
    expect(merged.epoch).toBeGreaterThan(low.epoch);
    expect(resharder.result.closed).toEqual([0]);
    expect(resharder.result.opened.filter(({ closedAtMs }) => closedAtMs === undefined)).toEqual([merged]);
  });

  test('come to any count in equal parts, and nothing of the space is lost', () => {
    let shards = firstShards(3, NOW_MS);
    let nextNumber = 3;
    for (const count of [6, 4, 5, 9, 2, 1, 2, 3, 3, 64, 33]) {
      const change = rescale(shards, count, nextNumber, NOW_MS);
      nextNumber += change.opened.length;
      shards = openAfter(shards, change);
      expectWhole(shards);
      expect(shards.map(({ start }) => start)).toEqual(evenStarts(count));
    }
  });

  test('are left alone when their count is what it was', () => {
    expect(rescale(firstShards(5, NOW_MS), 5, 5, NOW_MS)).toEqual({ closed: [], opened: [] });
  });
});
