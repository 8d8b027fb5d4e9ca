import type { RetryRules } from './event-invoke-config.ts';

/** An event accepted for asynchronous invocation, between its 202 and the end of its last attempt. */
export interface AsyncEvent {
  /** UUID of the event itself; request ids may repeat. */
  readonly id: string;
  readonly accountId: string;
  readonly region: string;
  /** Bare function name. */
  readonly name: string;
  /** As the caller gave it: what it means is decided at each attempt, so that new code runs what still waits. */
  readonly qualifier: string | undefined;
  /** The same at every attempt. */
  readonly requestId: string;
  /** `X-Amzn-Trace-Id` value all attempts run under. */
  readonly traceHeader: string;
  /** JSON text */
  readonly payload: string;
  /** Platform time, as all times here: milliseconds since the Unix epoch. */
  readonly acceptedAtMs: number;
  readonly dueAtMs: number;
  /** Runs of the function so far. */
  readonly attempts: number;
  /** Throttles and platform errors since the last run. */
  readonly setbacks: number;
}

/**
 * How one attempt went. `throttled` and `platform-error`: the function did not run. `switched-off`: its reserved
 * concurrency is 0. `recursive`: it was stopped in a loop. `gone`: there is no such function, version or alias.
 */
export type AttemptOutcome =
  | 'success'
  | 'function-error'
  | 'throttled'
  | 'platform-error'
  | 'switched-off'
  | 'recursive'
  | 'gone';

/** Why an event is done with, in the word its record carries. */
export type EventCondition =
  | 'Success'
  | 'RetriesExhausted'
  | 'EventAgeExceeded'
  | 'ZeroReservedConcurrency'
  | 'RecursiveInvocation';

export type NextStep =
  | {
      readonly kind: 'retry';
      readonly afterMs: number;
      readonly attempts: number;
      readonly setbacks: number;
    }
  | { readonly kind: 'end'; readonly condition: EventCondition; readonly attempts: number }
  | { readonly kind: 'drop' };

/** After the first failure, after the second. */
const RETRY_DELAY_MS = 60_000;
const FIRST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 300_000;

/**
 * What becomes of an event after an attempt.
 * @param before what had happened before this attempt
 * @param ageMs time since the event was accepted
 */
export function decideNext(
  outcome: AttemptOutcome,
  before: Pick<AsyncEvent, 'attempts' | 'setbacks'>,
  ageMs: number,
  rules: RetryRules,
): NextStep {
  const { attempts, setbacks } = before;
  switch (outcome) {
    case 'success':
      return { kind: 'end', condition: 'Success', attempts: attempts + 1 };
    case 'function-error': {
      const runs = attempts + 1;
      if (runs > rules.maximumRetryAttempts)
        return { kind: 'end', condition: 'RetriesExhausted', attempts: runs };
      return retry(runs * RETRY_DELAY_MS, { attempts: runs, setbacks: 0 }, ageMs, rules);
    }
    case 'throttled':
    case 'platform-error': {
      const backoffMs = Math.min(FIRST_BACKOFF_MS * 2 ** setbacks, LONGEST_BACKOFF_MS);
      return retry(backoffMs, { attempts, setbacks: setbacks + 1 }, ageMs, rules);
    }
    case 'switched-off':
      return { kind: 'end', condition: 'ZeroReservedConcurrency', attempts };
    case 'recursive':
      return { kind: 'end', condition: 'RecursiveInvocation', attempts };
    case 'gone':
      return { kind: 'drop' };
  }
}

/** An event that has waited too long by now is not run any more. */
export function isTooOld(ageMs: number, rules: RetryRules): boolean {
  return ageMs >= rules.maximumEventAgeMs;
}

/** Looks ahead: an event that would be too old at its retry is given up at once. */
function retry(
  afterMs: number,
  counts: { readonly attempts: number; readonly setbacks: number },
  ageMs: number,
  rules: RetryRules,
): NextStep {
  if (isTooOld(ageMs + afterMs, rules)) {
    return { kind: 'end', condition: 'EventAgeExceeded', attempts: counts.attempts };
  }
  return { kind: 'retry', afterMs, ...counts };
}
