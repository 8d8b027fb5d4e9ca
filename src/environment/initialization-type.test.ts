import { expect, test } from 'vitest';
import { initLimitMs } from './initialization-type.ts';

test.each([
  ['on-demand', 3_000, 10_000],
  ['on-demand', 900_000, 10_000],
  ['provisioned-concurrency', 3_000, 130_000],
  ['provisioned-concurrency', 900_000, 900_000],
] as const)('%s with a timeout of %i ms may initialise for %i ms', (type, timeoutMs, limitMs) => {
  expect(initLimitMs(type, timeoutMs)).toBe(limitMs);
});
