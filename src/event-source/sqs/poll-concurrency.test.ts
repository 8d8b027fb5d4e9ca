import { describe, expect, test } from 'vitest';
import { concurrencyBounds, PollConcurrency } from './poll-concurrency.ts';

const MINUTE_MS = 60_000;

/** How many batches may run after messages have waited for so long, as told once a second. */
function roomAfter(concurrency: PollConcurrency, fromMs: number, forMs: number): number {
  for (let ms = 0; ms <= forMs; ms += 1000) concurrency.received(true, fromMs + ms);
  return concurrency.room(0, fromMs + forMs);
}

describe('batches at once', () => {
  test('begin with 5, grow by 300 a minute while messages wait, and end at 1,250', () => {
    const concurrency = new PollConcurrency(concurrencyBounds({}));
    expect(concurrency.room(0, 0)).toBe(5);
    expect(concurrency.room(5, 0)).toBe(0);
    expect(roomAfter(concurrency, 0, MINUTE_MS)).toBe(305);
    expect(roomAfter(concurrency, MINUTE_MS, 4 * MINUTE_MS)).toBe(1250);
  });

  test('do not grow while a receive brings less than was asked for', () => {
    const concurrency = new PollConcurrency(concurrencyBounds({}));
    concurrency.received(true, 0);
    concurrency.received(false, 1000);
    concurrency.received(true, MINUTE_MS);
    expect(concurrency.room(0, MINUTE_MS)).toBe(5);
  });

  test('begin anew when there was nothing for a while', () => {
    const concurrency = new PollConcurrency(concurrencyBounds({}));
    roomAfter(concurrency, 0, MINUTE_MS);
    concurrency.idle();
    expect(concurrency.room(0, MINUTE_MS)).toBe(5);
  });

  test.each([
    [{ ScalingConfig: { MaximumConcurrency: 2 } }, 2, 2],
    [{ ScalingConfig: { MaximumConcurrency: 1000 } }, 5, 1000],
    [{ ProvisionedPollerConfig: { MinimumPollers: 2, MaximumPollers: 4 } }, 20, 40],
    [{ ProvisionedPollerConfig: { MinimumPollers: 200, MaximumPollers: 2000 } }, 2000, 20_000],
  ])('with %j they are %d at first and %d in the end', (settings, first, most) => {
    const concurrency = new PollConcurrency(concurrencyBounds(settings));
    expect(concurrency.room(0, 0)).toBe(first);
    expect(roomAfter(concurrency, 0, 20 * MINUTE_MS)).toBe(most);
  });
});

describe('a throttled function', () => {
  test('is left alone for a second, then two, up to a minute, and gets half as much', () => {
    const concurrency = new PollConcurrency(concurrencyBounds({}));
    let nowMs = 0;
    const pauses = Array.from({ length: 8 }, () => {
      const pauseMs = concurrency.throttled(nowMs);
      expect(concurrency.room(0, nowMs + pauseMs - 1)).toBe(0);
      nowMs += pauseMs;
      return pauseMs;
    });
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60].map((seconds) => seconds * 1000));
    expect(concurrency.room(0, nowMs)).toBe(1);
    concurrency.answered();
    expect(concurrency.throttled(nowMs)).toBe(1000);
  });

  test('batches that are throttled together count as one', () => {
    const concurrency = new PollConcurrency(concurrencyBounds({}));
    expect([concurrency.throttled(0), concurrency.throttled(0), concurrency.throttled(400)]).toEqual([
      1000, 1000, 600,
    ]);
    expect(concurrency.throttled(1000)).toBe(2000);
  });

  test('grows again once it takes what it gets', () => {
    const concurrency = new PollConcurrency(concurrencyBounds({}));
    concurrency.throttled(0);
    concurrency.answered();
    expect(roomAfter(concurrency, 1000, MINUTE_MS)).toBe(302);
  });
});
