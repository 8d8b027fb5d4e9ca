import { describe, expect, test } from 'vitest';
import { parseSequenceNumber, sequenceNumber } from './sequence-number.ts';

describe('sequence numbers', () => {
  const samples = [
    { epoch: 0, shard: 0, place: 0 },
    { epoch: 1_800_000_000, shard: 3, place: 1 },
    { epoch: 1_800_000_000, shard: 9_999, place: Number.MAX_SAFE_INTEGER },
    { epoch: 40_000_000_000, shard: 2 ** 40, place: 77 },
  ];

  test('have 56 digits and say where they are', () => {
    for (const sample of samples) {
      const text = sequenceNumber(sample);
      expect(text).toMatch(/^[1-9]\d{55}$/);
      expect(parseSequenceNumber(text)).toEqual(sample);
    }
  });

  test('grow with the place, and more with the epoch', () => {
    const of = (epoch: number, place: number, shard: number): bigint =>
      BigInt(sequenceNumber({ epoch, shard, place }));
    expect(of(5, 2, 0)).toBeGreaterThan(of(5, 1, 9));
    expect(of(6, 0, 0)).toBeGreaterThan(of(5, 2 ** 50, 9));
  });

  test('are not guessed: what has another form is none', () => {
    for (const text of ['0', '12', '1'.repeat(56), '9'.repeat(56), 'x'.repeat(56), '']) {
      expect(parseSequenceNumber(text)).toBeUndefined();
    }
  });
});
