import type { EnvironmentLog } from './environment-log.ts';
import type { EnvironmentParts } from './environment-parts.ts';
import type { FunctionFailure } from './function-failure.ts';
import { functionRun } from './function-run.ts';
import type { OutputPace } from './output-pace.ts';
import { PeakMemory } from './peak-memory.ts';
import type { Outcome, RunningInvocation } from './running-invocation.ts';
import type { ReportFacts } from './system-lines.ts';
import { reportSpans, runtimeDoneFacts } from './invocation-spans.ts';

const MEBIBYTE = 1024 * 1024;
/** A function that never stops printing does not keep its REPORT from being written. */
const MOST_DRAIN_TURNS = 100;
/** More than a pipe holds, with what was read of it and waits: the rest was not written before the result. */
const MOST_UNREAD_BYTES = 5 * 64 * 1024;
/** Who wants the log's tail waits so long for runtime and extensions to be done, as they are as a rule. */
const TAIL_PATIENCE_MS = 100;
/** A runtime that asks for its next event so soon after its result has done nothing else in between. */
const AT_ONCE_MS = 5;
/** An environment that has printed nothing past its runtime in so many invocations is not expected to in the next. */
const QUIET_INVOCATIONS = 8;

type ReporterParts = Pick<EnvironmentParts<unknown>, 'log' | 'pace' | 'sandbox' | 'version'>;

/**
 * What follows an invocation's result: the answer to the caller, END and REPORT, and the environment's release to its
 * next invocation. The caller comes first, unless it wants the log tail, which ends with REPORT. The invocation is over,
 * and its duration known, when runtime and extensions ask for the next event; output that was written to a pipe before
 * that is read, by turns of the event loop, before REPORT.
 */
export class InvocationReporter {
  readonly #log: EnvironmentLog;
  readonly #pace: OutputPace;
  readonly #memory: PeakMemory;
  readonly #memoryMb: number;
  readonly #onAvailable: (tookMs: number) => void;
  readonly #onTurn = (run: RunningInvocation): void => this.#turn(run);
  /** Has its result; not yet reported, or not yet released. */
  #finishing: RunningInvocation | undefined;
  #usesOutput = false;
  #quietInvocations = 0;
  #outputInTurn = false;
  #turns = 0;
  #bytesSinceResult = 0;

  constructor({ log, pace, sandbox, version }: ReporterParts, onAvailable: (tookMs: number) => void) {
    this.#log = log;
    this.#pace = pace;
    this.#memory = new PeakMemory(sandbox);
    this.#memoryMb = version.memoryMb;
    this.#onAvailable = onAvailable;
  }

  /** An invocation has its result and the environment is not released yet. */
  get isFinishing(): boolean {
    return this.#finishing !== undefined && !this.#finishing.isReleased;
  }

  /** What is in the environment writes to its standard output or error, or there is too little to tell by. */
  get mayPrint(): boolean {
    return this.#usesOutput || this.#quietInvocations < QUIET_INVOCATIONS;
  }

  /** Bytes from the process's standard output and error. */
  output(chunk: Buffer): void {
    this.#usesOutput = true;
    this.#outputInTurn = true;
    this.#bytesSinceResult += chunk.length;
    this.#log.output(chunk);
  }

  /** Bytes of log records that come by a descriptor of their own. */
  records(chunk: Buffer): void {
    this.#usesOutput = true;
    this.#outputInTurn = true;
    this.#bytesSinceResult += chunk.length;
    this.#log.records(chunk);
  }

  /** The runtime has sent an invocation's result. */
  answer(run: RunningInvocation, outcome: Outcome): void {
    run.end(outcome, Number.POSITIVE_INFINITY);
    this.#finishing = run;
    this.#turns = 0;
    this.#bytesSinceResult = 0;
    this.#outputInTurn = false;
    setImmediate(this.#onTurn, run);
  }

  /** An invocation ended together with its process: nothing more will come from it. */
  fail(run: RunningInvocation, outcome: Outcome, longestMs: number): void {
    run.stopTimer();
    run.end(outcome, longestMs);
    this.#report(run);
  }

  /**
   * The runtime asked for the next event; extensions still work on the last one. Those that wait to be told by their
   * telemetry would never be done otherwise.
   */
  runtimeWaits(): void {
    const run = this.#finishing;
    if (run === undefined || !this.#log.wantsRecords) return;
    run.nextMs = run.elapsedMs();
    if (run.isDrained) setImmediate(this.#onTurn, run);
  }

  /**
   * The runtime asked for the next event, and so did all extensions: the last invocation is over.
   * @param logsAreComplete all of the function's log came by the channel of its response
   * @param isFollowed the runtime has begun the next already: whatever it says is of that one
   */
  over(logsAreComplete: boolean, isFollowed: boolean): void {
    const run = this.#finishing;
    if (run === undefined) return;
    run.stopTimer();
    run.isOver = true;
    const { wantsRecords } = this.#log;
    // Our own runtimes ask in the same breath as they answer; only records tell the two moments apart.
    if (run.hasTurned || wantsRecords) run.extendDuration();
    if (wantsRecords) run.nextMs ??= run.durationMs;
    if (isFollowed) this.#release(run);
    else if (!run.isDrained) {
      const mayStillPrint = this.#usesOutput || run.invocation.wantsLogTail || !logsAreComplete;
      if (!mayStillPrint) this.#release(run);
    } else if (this.#outputInTurn || run.durationMs - run.resultMs > AT_ONCE_MS) {
      this.#turns = 0;
      this.#bytesSinceResult = 0;
      setImmediate(this.#onTurn, run);
    } else this.#finish(run);
  }

  /**
   * Writes what is still unwritten of the last invocation.
   * @param failure what ended the extensions before they were done with it
   */
  reportNow(failure?: FunctionFailure): void {
    const run = this.#finishing;
    if (run === undefined) return;
    run.stopTimer();
    this.#finishing = undefined;
    if (!run.isOver) cutShort(run, failure);
    if (!run.isReported) this.#report(run);
  }

  #turn(run: RunningInvocation): void {
    if (run.isReported) return;
    run.hasTurned = true;
    const { resumed } = this.#pace;
    const isRead = this.#bytesSinceResult > MOST_UNREAD_BYTES;
    if (resumed !== undefined && !isRead) {
      // What the function wrote before its result may be in a pipe that is not read right now.
      this.#outputInTurn = true;
      void resumed.then(() => setImmediate(this.#onTurn, run));
      return;
    }
    // What was printed before the result may be read in the turn behind it, if the channel was being read already.
    const isTooSoon = this.#turns === 0 && run.isOver && !run.isReleased;
    if ((this.#outputInTurn || isTooSoon) && !isRead && this.#turns < MOST_DRAIN_TURNS) {
      this.#outputInTurn = false;
      this.#turns += 1;
      setImmediate(this.#onTurn, run);
      return;
    }
    if (!run.isOver && !run.isDrained && run.invocation.wantsLogTail) {
      setTimeout(() => this.#answerAhead(run), TAIL_PATIENCE_MS);
    }
    run.isDrained = true;
    if (run.isOver) this.#finish(run);
    else if (run.nextMs !== undefined) this.#tellRuntimeDone(run);
  }

  /** With the log as it is, and a REPORT as of the result: nobody waits for what is done after that. */
  #answerAhead(run: RunningInvocation): void {
    const { outcome } = run;
    if (run.isReported || outcome === undefined) return;
    const tail = this.#log.tailAhead(this.#factsOf(run, outcome), outcome.handlerFailure);
    if (tail !== undefined) run.answer(tail);
  }

  #finish(run: RunningInvocation): void {
    this.#report(run);
    if (this.#finishing === run) this.#finishing = undefined;
    this.#release(run);
  }

  #report(run: RunningInvocation): void {
    const { outcome } = run;
    if (outcome === undefined) return;
    run.isReported = true;
    this.#tellRuntimeDone(run);
    const tail = this.#log.report(this.#factsOf(run, outcome), outcome.handlerFailure);
    if (tail !== undefined) run.answer(tail);
    const { trace } = run.invocation;
    if (trace !== undefined) trace.ran(functionRun(run));
  }

  #factsOf(run: RunningInvocation, { failure }: Outcome): ReportFacts {
    const usedMb = Math.ceil(this.#memory.afterMs(run.durationMs) / MEBIBYTE);
    const { requestId, traceId, trace } = run.invocation;
    return {
      requestId,
      traceId,
      trace,
      durationMs: run.durationMs,
      initDurationMs: run.startup?.initDurationMs,
      restoreDurationMs: run.startup?.restoreDurationMs,
      memoryMb: this.#memoryMb,
      // The watchdog may see more in the moment before it kills; AWS never shows more than there is.
      maxMemoryUsedMb: Math.min(usedMb, this.#memoryMb),
      failure,
      spans: reportSpans(run),
    };
  }

  #tellRuntimeDone(run: RunningInvocation): void {
    if (run.isRuntimeDone || run.outcome === undefined || !this.#log.wantsRecords) return;
    run.isRuntimeDone = true;
    this.#log.runtimeDone(runtimeDoneFacts(run, run.outcome));
  }

  #release(run: RunningInvocation): void {
    if (run.isReleased) return;
    run.isReleased = true;
    if (this.#quietInvocations < QUIET_INVOCATIONS) this.#quietInvocations += 1;
    if (run.isReported) this.#finishing = undefined;
    this.#onAvailable(run.resultMs);
  }
}

/** It ends before its runtime and extensions are done with it. */
function cutShort(run: RunningInvocation, failure: FunctionFailure | undefined): void {
  run.extendDuration();
  const { outcome } = run;
  if (outcome !== undefined && failure !== undefined && outcome.failure === undefined) {
    run.outcome = { ...outcome, failure };
  }
}
