import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { boundsAfter, latestRun, nextRun, withinBounds } from './scheduled-runs.ts';
import type { StoredAction, StoredTarget } from './stored-definitions.ts';

const AT = Date.UTC(2026, 5, 1, 12);
const HOUR_MS = 3_600_000;

function action(change: Partial<StoredAction>): StoredAction {
  return {
    id: 'a',
    schedule: 'rate(1 hour)',
    timeZone: undefined,
    startMs: undefined,
    endMs: undefined,
    min: 1,
    max: undefined,
    createdAtMs: AT,
    doneUntilMs: AT,
    ...change,
  };
}

const TARGET: StoredTarget = {
  id: 't',
  min: 2,
  max: 5,
  suspended: { scaleIn: false, scaleOut: false, scheduled: false },
  createdAtMs: 0,
};

describe('the next run', () => {
  test('of a rate counts from the start, or from when it was made', () => {
    expect(nextRun(action({}))).toBe(AT + HOUR_MS);
    expect(nextRun(action({ doneUntilMs: AT + 2.5 * HOUR_MS }))).toBe(AT + 3 * HOUR_MS);
    expect(nextRun(action({ startMs: AT + HOUR_MS / 2 }))).toBe(AT + 1.5 * HOUR_MS);
  });

  test('may lie in the past: the platform was not there', () => {
    expect(nextRun(action({ schedule: 'at(2026-06-01T13:00:00)' }))).toBe(AT + HOUR_MS);
    expect(
      nextRun(action({ schedule: 'at(2026-06-01T13:00:00)', doneUntilMs: AT + HOUR_MS })),
    ).toBeUndefined();
  });

  test('is read in the time zone', () => {
    const schedule = 'cron(0 15 * * ? *)';
    expect(nextRun(action({ schedule, timeZone: 'Europe/Berlin' }))).toBe(AT + HOUR_MS);
  });

  test('lies from the start, itself included, to the end', () => {
    const schedule = 'cron(0 * * * ? *)';
    expect(nextRun(action({ schedule, startMs: AT + 5 * HOUR_MS }))).toBe(AT + 5 * HOUR_MS);
    expect(nextRun(action({ schedule, endMs: AT + HOUR_MS }))).toBe(AT + HOUR_MS);
    expect(nextRun(action({ schedule, endMs: AT + HOUR_MS - 1 }))).toBeUndefined();
  });
});

describe('the latest run', () => {
  const later = (hours: number): number => AT + hours * HOUR_MS;

  test('is there once it is due, to the millisecond', () => {
    expect(latestRun(action({}), later(1) - 1)).toBeUndefined();
    expect(latestRun(action({}), later(1))).toBe(later(1));
    expect(latestRun(action({}), later(1) + 1)).toBe(later(1));
  });

  test('is the last one of those that have passed', () => {
    expect(latestRun(action({}), later(3) - 1)).toBe(later(2));
    expect(latestRun(action({}), later(3))).toBe(later(3));
    expect(latestRun(action({}), later(10_000.5))).toBe(later(10_000));
    const minutes = action({ schedule: 'cron(* * * * ? *)', endMs: later(24) });
    expect(latestRun(minutes, later(9_000))).toBe(later(24));
  });

  test('is over when it was done, and not before the start', () => {
    expect(latestRun(action({ doneUntilMs: later(2) }), later(2.9))).toBeUndefined();
    expect(latestRun(action({ startMs: later(5) }), later(5))).toBeUndefined();
    expect(latestRun(action({ schedule: 'cron(0 * * * ? *)', startMs: later(5) }), later(5))).toBe(later(5));
  });

  test('of any rate is what walking from one to the next finds', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 90 }),
        fc.integer({ min: 0, max: 900_000 }),
        (minutes, passed) => {
          const rate = action({ schedule: `rate(${minutes} minute${minutes === 1 ? '' : 's'})` });
          const nowMs = AT + passed * 100;
          let walked: number | undefined;
          for (let at = nextRun(rate); at !== undefined && at <= nowMs; ) {
            walked = at;
            at = nextRun({ ...rate, doneUntilMs: at });
          }
          expect(latestRun(rate, nowMs)).toBe(walked);
        },
      ),
    );
  });
});

test('an action changes one bound or both, unless they would cross', () => {
  expect(boundsAfter({ min: 3, max: undefined }, TARGET)).toEqual({ min: 3, max: 5 });
  expect(boundsAfter({ min: undefined, max: 9 }, TARGET)).toEqual({ min: 2, max: 9 });
  expect(boundsAfter({ min: 0, max: 0 }, TARGET)).toEqual({ min: 0, max: 0 });
  expect(boundsAfter({ min: 6, max: undefined }, TARGET)).toBeUndefined();
});

test('capacity is brought within bounds, not further', () => {
  expect(withinBounds(1, TARGET)?.capacity).toBe(2);
  expect(withinBounds(9, TARGET)?.capacity).toBe(5);
  expect(withinBounds(3, TARGET)).toBeUndefined();
});
