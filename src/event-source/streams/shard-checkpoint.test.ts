import { array, assert, bigInt, constantFrom, integer, property, record } from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  advanced,
  compareSequenceNumbers,
  isDone,
  laneOf,
  newCheckpoint,
  resumePosition,
  type ShardCheckpoint,
  withLanes,
} from './shard-checkpoint.ts';

const START = { kind: 'TRIM_HORIZON' } as const;

function at(index: number): string {
  return String(5_000_000_000_000 + index);
}

test('sequence numbers compare as integers', () => {
  const any = bigInt({ min: 0n, max: 2n ** 130n });
  assert(
    property(any, any, (a, b) => {
      expect(Math.sign(compareSequenceNumbers(String(a), String(b)))).toBe(a < b ? -1 : a > b ? 1 : 0);
    }),
  );
});

describe('a checkpoint', () => {
  /** What the lanes of one setting do: how many records of the shard each has done, of those that are its own. */
  const eras = array(
    record({
      factor: integer({ min: 1, max: 10 }),
      reached: array(integer({ min: 0, max: 40 }), { minLength: 10, maxLength: 10 }),
    }),
    { minLength: 1, maxLength: 6 },
  );
  const keys = array(constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'), { minLength: 40, maxLength: 40 });

  test('forgets nothing that is done and takes nothing for done that is not, however lanes change', () => {
    assert(
      property(eras, keys, (settings, drawn) => {
        const records = drawn.map((partitionKey, index) => ({ partitionKey, sequenceNumber: at(index) }));
        const done = new Set<string>();
        let checkpoint: ShardCheckpoint = newCheckpoint(START);
        for (const { factor, reached } of settings) {
          checkpoint = withLanes(checkpoint, factor);
          const before = checkpoint.progress[0]?.through ?? [];
          const through = before.map((from, lane) => {
            const to = at((reached[lane] ?? 0) - 1);
            return from !== null && compareSequenceNumbers(from, to) > 0 ? from : to;
          });
          for (const { partitionKey, sequenceNumber } of records) {
            const end = through[laneOf(partitionKey, factor)];
            if (typeof end === 'string' && sequenceNumber <= end) done.add(sequenceNumber);
          }
          // As it comes back from the disk.
          checkpoint = JSON.parse(JSON.stringify(advanced(checkpoint, through))) as ShardCheckpoint;
        }
        const position = resumePosition(checkpoint);
        for (const one of records) {
          const isBefore =
            position.kind === 'AFTER_SEQUENCE_NUMBER' && one.sequenceNumber <= position.sequenceNumber;
          expect([one, isBefore || isDone(checkpoint, one)]).toEqual([one, done.has(one.sequenceNumber)]);
        }
      }),
    );
  });

  test('keeps what lanes of earlier settings have done only as long as that is ahead', () => {
    const two = advanced(withLanes(newCheckpoint(START), 2), [at(5), at(9)]);
    const one = withLanes(two, 1);
    expect(one.progress).toHaveLength(2);
    expect(advanced(one, [at(8)]).progress).toHaveLength(2);
    expect(advanced(one, [at(9)]).progress).toHaveLength(1);
  });

  test('is read from its start as long as a lane has done nothing', () => {
    const checkpoint = withLanes(newCheckpoint(START), 2);
    expect(resumePosition(advanced(checkpoint, [at(5), null]))).toEqual(START);
  });
});
