import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { monotonicMs } from '../ahead/monotonic-clock.ts';

interface Ahead {
  isToPass(header: { readonly ahead?: number; readonly beginBefore?: number }): boolean;
}

const ahead = createRequire(import.meta.url)('../../../runtimes/nodejs/ahead.cjs') as Ahead;

const MINUTE_MS = 60_000;
const inTime = (serial: number) => ({ ahead: serial, beginBefore: Math.floor(monotonicMs()) + MINUTE_MS });
const late = (serial: number) => ({ ahead: serial, beginBefore: Math.floor(monotonicMs()) });

test('an event ahead is begun before its time, by the clock that the platform reads, and passed over after it', () => {
  expect(ahead.isToPass(inTime(1))).toBe(false);
  expect(ahead.isToPass(inTime(2))).toBe(false);
  expect(ahead.isToPass(late(3))).toBe(true);
});

test('behind one that was passed over none begins that came ahead, until one comes that was asked for', () => {
  expect([ahead.isToPass({}), ahead.isToPass(late(1))]).toEqual([false, true]);
  expect([ahead.isToPass(inTime(2)), ahead.isToPass(inTime(3))]).toEqual([true, true]);
  expect(ahead.isToPass({})).toBe(false);
  expect(ahead.isToPass(inTime(4))).toBe(false);
});
