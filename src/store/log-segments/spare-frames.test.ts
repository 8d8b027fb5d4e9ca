import { expect, test } from 'vitest';
import { SpareFrames } from './spare-frames.ts';

const LIKELY_BYTES = 64 * 1024;

test('memory of a large batch is used again', () => {
  const spare = new SpareFrames();
  const memory = spare.take(LIKELY_BYTES);
  expect(memory.length).toBeGreaterThanOrEqual(LIKELY_BYTES);
  expect(spare.take(LIKELY_BYTES)).not.toBe(memory);
  spare.give(memory);
  expect(spare.take(LIKELY_BYTES)).toBe(memory);
});

test('a stream that writes little has memory of its own, which is not kept', () => {
  const spare = new SpareFrames();
  const memory = spare.take(0);
  expect(memory.length).toBeLessThanOrEqual(4096);
  spare.give(memory);
  expect(spare.take(0)).not.toBe(memory);
});

test('few are kept', () => {
  const spare = new SpareFrames();
  const taken = Array.from({ length: 100 }, () => spare.take(LIKELY_BYTES));
  for (const memory of taken) spare.give(memory);
  const again = new Set(Array.from({ length: 100 }, () => spare.take(LIKELY_BYTES)));
  expect(taken.filter((memory) => again.has(memory)).length).toBeLessThan(10);
});
