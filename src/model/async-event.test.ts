import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AttemptOutcome, decideNext, isTooOld } from './async-event.ts';
import { retryRules } from './event-invoke-config.ts';

const FRESH = { attempts: 0, setbacks: 0 };
const DEFAULTS = retryRules(undefined);

describe('decideNext', () => {
  test('retries a function error after one minute, then two, then gives up', () => {
    expect(decideNext('function-error', FRESH, 5, DEFAULTS)).toEqual({
      kind: 'retry',
      afterMs: 60_000,
      attempts: 1,
      setbacks: 0,
    });
    expect(decideNext('function-error', { attempts: 1, setbacks: 3 }, 60_010, DEFAULTS)).toEqual({
      kind: 'retry',
      afterMs: 120_000,
      attempts: 2,
      setbacks: 0,
    });
    expect(decideNext('function-error', { attempts: 2, setbacks: 0 }, 180_020, DEFAULTS)).toEqual({
      kind: 'end',
      condition: 'RetriesExhausted',
      attempts: 3,
    });
  });

  test('tries as often as the configuration says', () => {
    const never = retryRules({ maximumRetryAttempts: 0, lastModifiedMs: 0 });
    expect(decideNext('function-error', FRESH, 0, never)).toMatchObject({ condition: 'RetriesExhausted' });
  });

  test('gives up at once what would be too old at its retry', () => {
    const minute = retryRules({ maximumEventAgeSeconds: 60, lastModifiedMs: 0 });
    expect(decideNext('function-error', FRESH, 0, minute)).toEqual({
      kind: 'end',
      condition: 'EventAgeExceeded',
      attempts: 1,
    });
    expect(decideNext('throttled', FRESH, 59_500, minute)).toEqual({
      kind: 'end',
      condition: 'EventAgeExceeded',
      attempts: 0,
    });
  });

  test.each(['throttled', 'platform-error'] as const)('backs off when %s, from 1 s to 5 min', (outcome) => {
    const delays = Array.from({ length: 12 }, (_, setbacks) => {
      const step = decideNext(outcome, { attempts: 1, setbacks }, 0, DEFAULTS);
      expect(step).toMatchObject({ kind: 'retry', attempts: 1, setbacks: setbacks + 1 });
      return step.kind === 'retry' ? step.afterMs / 1000 : 0;
    });
    expect(delays).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
  });

  test.each([
    ['success', { kind: 'end', condition: 'Success', attempts: 2 }],
    ['switched-off', { kind: 'end', condition: 'ZeroReservedConcurrency', attempts: 1 }],
    ['recursive', { kind: 'end', condition: 'RecursiveInvocation', attempts: 1 }],
    ['gone', { kind: 'drop' }],
  ] as const)('ends on %s', (outcome, step) => {
    expect(decideNext(outcome, { attempts: 1, setbacks: 2 }, 0, DEFAULTS)).toEqual(step);
  });

  test('whatever happens, an event ends within its age and its attempts', () => {
    const outcome = fc.constantFrom<AttemptOutcome>('function-error', 'throttled', 'platform-error');
    fc.assert(
      fc.property(
        fc.infiniteStream(outcome),
        fc.integer({ min: 0, max: 2 }),
        fc.integer({ min: 60, max: 21_600 }),
        (outcomes, maximumRetryAttempts, maximumEventAgeSeconds) => {
          const rules = retryRules({ maximumRetryAttempts, maximumEventAgeSeconds, lastModifiedMs: 0 });
          let event = FRESH;
          let ageMs = 0;
          for (const next of outcomes) {
            expect(isTooOld(ageMs, rules)).toBe(false);
            const step = decideNext(next, event, ageMs, rules);
            if (step.kind !== 'retry') {
              expect(event.attempts).toBeLessThanOrEqual(maximumRetryAttempts);
              return;
            }
            expect(step.afterMs).toBeGreaterThan(0);
            ageMs += step.afterMs;
            event = step;
          }
        },
      ),
    );
  });
});
