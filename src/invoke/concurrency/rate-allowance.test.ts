import { describe, expect, test } from 'vitest';
import { RateAllowance } from './rate-allowance.ts';

const START_MS = 1_800_000_000_000;

/** Spends all there is. */
function drain(allowance: RateAllowance, nowMs: number): number {
  let spent = 0;
  for (; allowance.hasRoom(nowMs); spent += 1) allowance.spend();
  return spent;
}

describe('an allowance', () => {
  test('is full at first, and refills evenly', () => {
    const allowance = new RateAllowance(1000, 10_000);
    expect(drain(allowance, START_MS)).toBe(1000);
    expect(drain(allowance, START_MS)).toBe(0);
    expect(drain(allowance, START_MS + 5)).toBe(0);
    expect(drain(allowance, START_MS + 10)).toBe(1);
    expect(drain(allowance, START_MS + 5010)).toBe(500);
  });

  test('does not pile up', () => {
    const allowance = new RateAllowance(10, 1000);
    drain(allowance, START_MS);
    expect(drain(allowance, START_MS + 3_600_000)).toBe(10);
  });

  test('does not mind a clock that was set back', () => {
    const allowance = new RateAllowance(10, 1000);
    drain(allowance, START_MS);
    expect(drain(allowance, START_MS - 60_000)).toBe(0);
    expect(drain(allowance, START_MS + 100)).toBe(1);
  });

  test('takes back what was not needed, but not more than it holds', () => {
    const allowance = new RateAllowance(2, 1000);
    allowance.restore();
    expect(drain(allowance, START_MS)).toBe(2);
    allowance.restore();
    expect(drain(allowance, START_MS)).toBe(1);
  });

  test('grows at once, and keeps no more than fits when it shrinks', () => {
    const allowance = new RateAllowance(0, 1000);
    expect(drain(allowance, START_MS)).toBe(0);
    allowance.resize(20);
    allowance.resize(10);
    expect(drain(allowance, START_MS)).toBe(10);
    allowance.resize(15);
    expect(drain(allowance, START_MS)).toBe(5);
    allowance.resize(0);
    expect(drain(allowance, START_MS + 1000)).toBe(0);
  });
});
