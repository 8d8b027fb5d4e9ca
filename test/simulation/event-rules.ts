import type { Run, SimulatedFunction } from './functions.ts';

/** How an event should have ended, by what Lambda documents and by how its runs went. */
export interface ExpectedEnd {
  readonly condition: 'Success' | 'RetriesExhausted' | 'EventAgeExceeded' | 'ZeroReservedConcurrency';
  readonly attempts: number;
  /** As dead letters say it. */
  readonly errorCode: number;
  readonly fromMs: number;
  readonly untilMs: number;
}

const SECOND_MS = 1000;

/**
 * Goes through the runs of an event as one would with pencil and paper. `problem`: a run that came too early, too late
 * or not at all.
 */
export function followEvent(
  it: SimulatedFunction,
  acceptedAtMs: number,
  runs: readonly Run[],
): { readonly end: ExpectedEnd | undefined; readonly problem: string | undefined } {
  const over = (end: ExpectedEnd) => ({ end, problem: undefined });
  const wrong = (problem: string) => ({ end: undefined, problem });
  if (it.isOff) {
    if (runs.length > 0) return wrong('it ran, though it is switched off');
    return over({
      condition: 'ZeroReservedConcurrency',
      attempts: 0,
      errorCode: 429,
      fromMs: acceptedAtMs,
      untilMs: acceptedAtMs,
    });
  }
  const isHeldUp = it.busy.length > 0;
  const lastMs = acceptedAtMs + it.maximumEventAgeMs;
  let dueMs = acceptedAtMs;
  let failures = 0;
  let setbacks = 0;
  for (const [index, { atMs, outcome }] of runs.entries()) {
    if (atMs < dueMs) return wrong(`run ${index} came ${dueMs - atMs} ms too early`);
    // A function that was refused is sent no more than it took: what waits for it may wait longer than its own pause.
    if (atMs > dueMs && !isHeldUp) return wrong(`run ${index} came ${atMs - dueMs} ms too late`);
    if (atMs >= lastMs) return wrong(`run ${index} came though the event was too old`);
    const isLast = index === runs.length - 1;
    if (outcome === 'success' || (outcome === 'function-error' && failures >= it.maximumRetryAttempts)) {
      if (!isLast) return wrong(`it ran again after run ${index}`);
      const condition = outcome === 'success' ? 'Success' : 'RetriesExhausted';
      return over({ condition, attempts: failures + 1, errorCode: 200, fromMs: atMs, untilMs: atMs });
    }
    if (outcome === 'function-error') {
      failures += 1;
      setbacks = 0;
      dueMs = atMs + failures * 60 * SECOND_MS;
    } else {
      dueMs = atMs + Math.min(2 ** setbacks, 300) * SECOND_MS;
      setbacks += 1;
    }
    if (dueMs >= lastMs) {
      if (!isLast) return wrong(`it ran again after run ${index}, when it would be too old`);
      const errorCode = { 'function-error': 200, throttled: 429, 'platform-error': 500 }[outcome];
      return over({
        condition: 'EventAgeExceeded',
        attempts: failures,
        errorCode,
        fromMs: atMs,
        untilMs: atMs,
      });
    }
  }
  if (!isHeldUp) return wrong(`run ${runs.length} never came`);
  return over({
    condition: 'EventAgeExceeded',
    attempts: failures,
    errorCode: 429,
    fromMs: lastMs,
    untilMs: Infinity,
  });
}
