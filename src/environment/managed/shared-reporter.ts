import type { EnvironmentParts } from '../environment-parts.ts';
import type { FunctionFailure } from '../function-failure.ts';
import { functionRun } from '../function-run.ts';
import type { InvocationOutcomes } from '../invocation-in-hand.ts';
import { runtimeDoneFacts } from '../invocation-spans.ts';
import type { Outcome, RunningInvocation } from '../running-invocation.ts';

const MEBIBYTE = 1024 * 1024;

type ReporterParts = Pick<EnvironmentParts<unknown>, 'log' | 'sandbox' | 'version'>;

/** Answers callers and writes the reports of invocations that run side by side. */
export class SharedReporter implements InvocationOutcomes {
  readonly #parts: ReporterParts;

  constructor(parts: ReporterParts) {
    this.#parts = parts;
  }

  answer(run: RunningInvocation, outcome: Outcome): void {
    run.stopTimer();
    run.end(outcome, Number.POSITIVE_INFINITY);
    this.#report(run, outcome);
  }

  fail(run: RunningInvocation, outcome: Outcome, longestMs: number): void {
    run.stopTimer();
    run.end(outcome, longestMs);
    this.#report(run, outcome);
  }

  #report(run: RunningInvocation, outcome: Outcome): void {
    const { log, sandbox, version } = this.#parts;
    log.runtimeDone(runtimeDoneFacts(run, outcome));
    const usedMb = Math.ceil(sandbox.stats().memoryPeakBytes / MEBIBYTE);
    const failure: FunctionFailure | undefined = outcome.failure;
    const { requestId, traceId, trace } = run.invocation;
    const tail = log.report(
      {
        requestId,
        traceId,
        trace,
        durationMs: run.durationMs,
        initDurationMs: undefined,
        memoryMb: version.memoryMb,
        maxMemoryUsedMb: Math.min(usedMb, version.memoryMb),
        failure,
      },
      outcome.handlerFailure,
    );
    if (run.invocation.wantsLogTail) run.answer(tail);
    if (trace !== undefined) trace.ran(functionRun(run));
  }
}
