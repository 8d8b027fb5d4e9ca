import type { EnvironmentParts } from '../environment-parts.ts';
import { functionRun } from '../function-run.ts';
import type { InvocationOutcomes } from '../invocation-in-hand.ts';
import { runtimeDoneFacts } from '../invocation-spans.ts';
import type { Outcome, RunningInvocation } from '../running-invocation.ts';

type ReporterParts = Pick<EnvironmentParts<unknown>, 'log'>;

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
    const tail = this.#parts.log.reportShared(runtimeDoneFacts(run, outcome));
    const { trace } = run.invocation;
    if (run.invocation.wantsLogTail) run.answer(tail);
    if (trace !== undefined) trace.ran(functionRun(run));
  }
}
