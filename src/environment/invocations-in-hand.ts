import type { Invocation } from '../model/invocation.ts';
import type { Deadlines } from './deadlines.ts';
import { errorTypeOf, responseTooLarge } from './function-failure.ts';
import type { FunctionFailure } from './function-failure.ts';
import type { InvocationReporter } from './invocation-reporter.ts';
import { RunningInvocation } from './running-invocation.ts';
import { LARGEST_RESPONSE_BYTES } from './runtime-link.ts';

/** The invocations of one environment that have no result yet, by request id, and how each comes to its result. */
export class InvocationsInHand {
  readonly #byId = new Map<string, RunningInvocation>();
  readonly #reporter: InvocationReporter;
  readonly #deadlines: Deadlines;
  readonly #timeoutMs: number;
  readonly #onTimeout: () => void;

  constructor(reporter: InvocationReporter, deadlines: Deadlines, timeoutMs: number, onTimeout: () => void) {
    this.#reporter = reporter;
    this.#deadlines = deadlines;
    this.#timeoutMs = timeoutMs;
    this.#onTimeout = onTimeout;
  }

  get size(): number {
    return this.#byId.size;
  }

  /** Its time begins to run. */
  begin(invocation: Invocation, coldStartMs: number | undefined): RunningInvocation {
    const run = new RunningInvocation(
      invocation,
      this.#timeoutMs,
      coldStartMs,
      this.#deadlines,
      this.#onTimeout,
    );
    this.#byId.set(invocation.requestId, run);
    return run;
  }

  /** The runtime has sent a response. False: nobody waits for one of that id. */
  respond(requestId: string, payload: Uint8Array, tooLarge: boolean): boolean {
    const run = this.#take(requestId);
    if (run === undefined) return false;
    const failure = tooLarge ? responseTooLarge(LARGEST_RESPONSE_BYTES) : undefined;
    this.#reporter.answer(run, {
      payload: failure === undefined ? payload : failure.payload(requestId),
      isError: tooLarge,
      failure,
      handlerFailure: undefined,
    });
    return true;
  }

  /** The runtime has sent an error of the handler's. False: nobody waits for one of that id. */
  respondError(requestId: string, payload: Uint8Array): boolean {
    const run = this.#take(requestId);
    if (run === undefined) return false;
    const handlerFailure = { status: 'error', errorType: errorTypeOf(payload) } as const;
    this.#reporter.answer(run, { payload, isError: true, failure: undefined, handlerFailure });
    return true;
  }

  /** They ended with their process. */
  failAll(failure: FunctionFailure): void {
    for (const run of this.#byId.values()) {
      const payload = failure.payload(run.invocation.requestId);
      this.#reporter.fail(
        run,
        { payload, isError: true, failure, handlerFailure: undefined },
        this.#timeoutMs,
      );
    }
    this.#byId.clear();
  }

  /** The platform itself could not run them. */
  abandonAll(error: Error): void {
    for (const run of this.#byId.values()) run.abandon(error);
    this.#byId.clear();
  }

  #take(requestId: string): RunningInvocation | undefined {
    const run = this.#byId.get(requestId);
    this.#byId.delete(requestId);
    return run;
  }
}
