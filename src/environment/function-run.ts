import type { FunctionRun } from '../model/invocation-trace.ts';
import type { RunningInvocation } from './running-invocation.ts';

/** What the function's segment says of an invocation whose log is complete. */
export function functionRun(run: RunningInvocation): FunctionRun {
  return {
    startedAtMs: run.startedAtMs,
    resultMs: run.resultMs,
    // One that timed out lasted as long as it may, not until its process had ended.
    endMs: run.outcome?.failure === undefined ? run.elapsedMs() : run.durationMs,
    initDurationMs: run.startup?.initDurationMs,
    restoreDurationMs: run.startup?.restoreDurationMs,
    errorCause: run.errorCause,
  };
}
