import type { Completion, Invocation, InvocationResult, StreamError } from '../model/invocation.ts';
import type { Deadline, Deadlines } from './deadlines.ts';
import type { FunctionFailure } from './function-failure.ts';
import type { LineFailure } from './system-lines.ts';

/** How an invocation ended, before its log tail is known. */
export interface Outcome {
  readonly payload: Uint8Array;
  readonly isError: boolean;
  /** Not the handler's own error but the platform's finding; REPORT shows it. */
  readonly failure: FunctionFailure | undefined;
  /** The handler's own error, for the JSON log format. */
  readonly handlerFailure: LineFailure | undefined;
  /** What cut a response that was coming in parts. */
  readonly streamError?: StreamError | undefined;
}

/** How long an environment took to get ready for its first event. */
export interface StartupDurations {
  /** Of its cold start. */
  readonly initDurationMs?: number;
  readonly restoreDurationMs?: number;
}

/** An invocation in an environment, from its event to the runtime's following "next" and its REPORT line. */
export class RunningInvocation implements Deadline {
  readonly invocation: Invocation;
  /** Milliseconds since the Unix epoch, by the machine's clock. */
  readonly startedAtMs: number;
  /** Milliseconds since the Unix epoch, by the machine's clock: the function compares it with its own. */
  readonly deadlineMs: number;
  /** What came before it, when it is the environment's first. */
  readonly startup: StartupDurations | undefined;
  readonly atMs: number;
  readonly onPassed: () => void;
  slot = -1;
  readonly #deadlines: Deadlines;
  readonly #startedAt = performance.now();
  readonly #completion: Completion<InvocationResult>;
  /** Until runtime and extensions ask for the next event; until that is known, until the result. */
  durationMs = 0;
  /** When the result came, since the event was delivered. */
  resultMs = 0;
  /** When the runtime asked for the next event, since the event was delivered; only noted where somebody wants to know. */
  nextMs: number | undefined;
  outcome: Outcome | undefined;
  /** What X-Ray is to show of an error, where the runtime said so. */
  errorCause: string | undefined;
  /** Of the result. Its memory may be gone by the time somebody wants to know. */
  producedBytes = 0;
  /** Its response is coming, in parts. */
  isStreaming = false;
  /** When that began, since the event was delivered. */
  responseBeganMs: number | undefined;
  /** There are extensions: they too have to ask for the next event. */
  hasExtensions = false;
  /** A turn of the event loop has passed since the result. */
  hasTurned = false;
  /** What was written before the result is read. */
  isDrained = false;
  /** Runtime and extensions have asked for the next event. */
  isOver = false;
  isReported = false;
  /** Whoever wants to know was told that the runtime is done. */
  isRuntimeDone = false;
  /** The environment was given back to the pool. */
  isReleased = false;

  constructor(
    invocation: Invocation,
    completion: Completion<InvocationResult>,
    timeoutMs: number,
    startup: StartupDurations | undefined,
    deadlines: Deadlines,
    onTimeout: () => void,
  ) {
    this.invocation = invocation;
    this.#completion = completion;
    this.startup = startup;
    this.startedAtMs = Date.now();
    this.deadlineMs = this.startedAtMs + timeoutMs;
    this.atMs = this.#startedAt + timeoutMs;
    this.onPassed = onTimeout;
    this.#deadlines = deadlines;
    deadlines.add(this);
  }

  /** Notes how it ended, and answers the caller unless the log tail has to come along. */
  end(outcome: Outcome, longestMs: number): void {
    this.durationMs = Math.min(this.elapsedMs(), longestMs);
    this.resultMs = this.durationMs;
    this.outcome = outcome;
    this.producedBytes = outcome.payload.length;
    if (!this.invocation.wantsLogTail) this.answer(undefined);
  }

  /** Runtime or extensions ran on after the answer. */
  extendDuration(): void {
    this.durationMs = Math.min(this.elapsedMs(), this.deadlineMs - this.startedAtMs);
  }

  elapsedMs(): number {
    return performance.now() - this.#startedAt;
  }

  answer(logTail: Uint8Array | undefined): void {
    const { outcome } = this;
    if (outcome === undefined) return;
    const { payload } = outcome;
    // Always the same two shapes, the plain one without members nobody asked for.
    if (!outcome.isError && logTail === undefined) this.#completion.succeed({ payload });
    else {
      this.#completion.succeed({
        payload,
        ...(outcome.isError ? { functionError: 'Unhandled' } : {}),
        ...(outcome.streamError === undefined ? {} : { streamError: outcome.streamError }),
        ...(logTail === undefined ? {} : { logTail }),
      });
    }
  }

  /** The platform itself could not run it. */
  abandon(error: Error): void {
    this.stopTimer();
    this.#completion.fail(error);
  }

  stopTimer(): void {
    this.#deadlines.remove(this);
  }
}
