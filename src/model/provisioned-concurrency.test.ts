import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { secondShare } from './provisioned-concurrency.ts';

test.each([
  [10, 0.1, 1],
  [10, 0.25, 3],
  [2, 0.01, 1],
  [2, 0.99, 1],
  [1, 0.4, 0],
  [1, 0.6, 1],
  [5, 0, 0],
  [5, 1, 5],
])('of %i environments a weight of %f gets %i', (requested, weight, expected) => {
  expect(secondShare(requested, weight)).toBe(expected);
});

test('no split takes more than there is, and none is further from its weight than one environment', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (n, weight) => {
        const second = secondShare(n, weight);
        expect(Number.isInteger(second) && second >= 0 && second <= n).toBe(true);
        expect(Math.abs(second - n * weight)).toBeLessThanOrEqual(1);
      },
    ),
  );
});
