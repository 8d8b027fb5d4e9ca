import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { MovableClock } from './clock.ts';

const HOUR_MS = 3_600_000;

describe('time that passes', () => {
  let clock: MovableClock;
  let startMs: number;
  let seen: [string, number][];

  beforeEach(() => {
    clock = new MovableClock();
    clock.freeze();
    startMs = clock.now();
    seen = [];
  });

  const note = (what: string): void => void seen.push([what, clock.now() - startMs]);

  test('brings each appointment at its own moment, in order', async () => {
    clock.schedule(2 * HOUR_MS, () => note('second'));
    clock.schedule(HOUR_MS, () => note('first'));
    clock.schedule(9 * HOUR_MS, () => note('too late'));
    const cancel = clock.schedule(HOUR_MS, () => note('cancelled'));
    cancel();
    await clock.pass(6 * HOUR_MS);
    expect(seen).toEqual([
      ['first', HOUR_MS],
      ['second', 2 * HOUR_MS],
    ]);
    expect(clock.now() - startMs).toBe(6 * HOUR_MS);
  });

  test('brings what is asked for on the way', async () => {
    const daily = (): void => {
      note('daily');
      clock.schedule(24 * HOUR_MS, daily);
    };
    daily();
    await clock.pass(7 * 24 * HOUR_MS);
    expect(seen.map(([, atMs]) => atMs / HOUR_MS)).toEqual([0, 24, 48, 72, 96, 120, 144, 168]);
  });

  test('waits for the work of a moment before it goes on', async () => {
    const work = Promise.withResolvers<void>();
    clock.schedule(HOUR_MS, async () => {
      await work.promise;
      note('done');
      clock.schedule(HOUR_MS, () => note('what came of it'));
    });
    clock.schedule(5 * HOUR_MS, () => note('later'));
    const passed = clock.pass(6 * HOUR_MS);
    await expect.poll(() => clock.now() - startMs).toBe(HOUR_MS);
    expect(seen).toEqual([]);
    work.resolve();
    await passed;
    expect(seen).toEqual([
      ['done', HOUR_MS],
      ['what came of it', 2 * HOUR_MS],
      ['later', 5 * HOUR_MS],
    ]);
  });

  test('is moved by one at a time, and work that fails stops nothing', async () => {
    clock.schedule(HOUR_MS, async () => await Promise.reject(new Error('on purpose')));
    clock.schedule(3 * HOUR_MS, () => note('second move'));
    await Promise.all([clock.pass(2 * HOUR_MS), clock.pass(2 * HOUR_MS)]);
    expect(seen).toEqual([['second move', 3 * HOUR_MS]]);
    expect(clock.now() - startMs).toBe(4 * HOUR_MS);
  });

  test('goes no way back', async () => {
    await expect(clock.pass(-1)).rejects.toThrow(RangeError);
    expect(() => clock.advance(-1)).toThrow(RangeError);
    await clock.pass(1);
    expect(clock.now() - startMs).toBe(1);
  });
});

describe('frozen time', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('stands still, and goes on from there', () => {
    const clock = new MovableClock();
    const seen: string[] = [];
    const startMs = clock.now();
    clock.schedule(1000, () => void seen.push('soon'));
    clock.freeze();
    clock.schedule(2000, () => void seen.push('asked for while frozen'));
    vi.advanceTimersByTime(HOUR_MS);
    expect([clock.now() - startMs, clock.isFrozen, seen]).toEqual([0, true, []]);
    clock.resume();
    vi.advanceTimersByTime(1500);
    expect([clock.now() - startMs, clock.isFrozen, seen]).toEqual([1500, false, ['soon']]);
    vi.advanceTimersByTime(500);
    expect(seen).toEqual(['soon', 'asked for while frozen']);
  });

  test('lets come what is due at once', () => {
    const clock = new MovableClock();
    const seen: string[] = [];
    clock.freeze();
    clock.schedule(0, () => void seen.push('now'));
    vi.advanceTimersByTime(1);
    expect(seen).toEqual(['now']);
  });

  test('reaches further than a timer of the machine', () => {
    const clock = new MovableClock();
    const seen: string[] = [];
    clock.schedule(5_000_000_000, () => void seen.push('after two months'));
    vi.advanceTimersByTime(4_999_999_999);
    expect(seen).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(seen).toEqual(['after two months']);
  });
});
