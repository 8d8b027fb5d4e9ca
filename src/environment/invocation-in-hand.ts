import type { Completion, Invocation, InvocationResult, StreamError } from '../model/invocation.ts';
import { CollectedResponse, type ResponseHandlers } from './collected-response.ts';
import type { Deadlines } from './deadlines.ts';
import {
  declaredTypeOf,
  errorTypeOf,
  responseTooLarge,
  streamErrorOf,
  TRUNCATED,
} from './function-failure.ts';
import type { FunctionFailure } from './function-failure.ts';
import { type Outcome, RunningInvocation, type StartupDurations } from './running-invocation.ts';
import { PassedOnResponse } from './passed-on-response.ts';
import { LARGEST_RESPONSE_BYTES, LARGEST_STREAM_BYTES } from './runtime-link.ts';
import type { OutcomeRefusal, ResponseStream } from './runtime-link.ts';

/** Told how an invocation ends. */
export interface InvocationOutcomes {
  /** The runtime has sent the result. */
  answer(run: RunningInvocation, outcome: Outcome): void;
  /** It ended without its runtime's doing. */
  fail(run: RunningInvocation, outcome: Outcome, longestMs: number): void;
}

export interface InvocationInHandParts {
  readonly reporter: InvocationOutcomes;
  readonly deadlines: Deadlines;
  readonly timeoutMs: number;
  readonly onTimeout: () => void;
  /** Whether the process that could have a result lives and has its event. */
  readonly isOpen: () => boolean;
}

/**
 * The invocation of one environment that has no result yet, and how it comes to its result. A plain member: a Map that is
 * added to and deleted from keeps what was in it alive for longer, see `Deadlines`.
 */
export class InvocationInHand {
  #run: RunningInvocation | undefined;
  /** Of the last one that has a result of its runtime. */
  #answeredId: string | undefined;
  readonly #parts: InvocationInHandParts;

  constructor(parts: InvocationInHandParts) {
    this.#parts = parts;
  }

  get isEmpty(): boolean {
    return this.#run === undefined;
  }

  /** For how long it has run; undefined where there is none whose end is all there is to wait for. */
  get briefMs(): number | undefined {
    const run = this.#run;
    if (run === undefined || run.isStreaming || run.invocation.wantsLogTail) return undefined;
    // Whoever takes it in parts may be slow to: what follows is not read before.
    if (run.invocation.sink !== undefined) return undefined;
    return this.#parts.isOpen() ? run.elapsedMs() : undefined;
  }

  /** Its time begins to run. Call while there is none. */
  begin(
    invocation: Invocation,
    completion: Completion<InvocationResult>,
    startup: StartupDurations | undefined,
  ): RunningInvocation {
    const { deadlines, onTimeout, timeoutMs } = this.#parts;
    const run = new RunningInvocation(invocation, completion, timeoutMs, startup, deadlines, onTimeout);
    this.#run = run;
    return run;
  }

  /** The runtime has sent a response. False: nobody waits for one of that id. */
  respond(
    requestId: string,
    payload: Uint8Array,
    tooLarge: boolean,
    limitBytes: number = LARGEST_RESPONSE_BYTES,
  ): boolean {
    const run = this.#take(requestId);
    if (run === undefined) return false;
    const failure = tooLarge ? responseTooLarge(limitBytes) : undefined;
    this.#parts.reporter.answer(run, {
      payload: failure === undefined ? payload : failure.payload(requestId),
      isError: tooLarge,
      failure,
      handlerFailure: undefined,
      streamError: failure && cutBy(run, failure),
    });
    return true;
  }

  /** A response begins that comes in parts: until it ends, no other is taken for the same invocation. */
  stream(requestId: string, contentType: string | undefined): ResponseStream | undefined {
    const run = this.#find(requestId);
    if (run === undefined) return undefined;
    run.isStreaming = true;
    run.responseBeganMs = run.elapsedMs();
    const ended = (): boolean => {
      run.isStreaming = false;
      return this.#run === run;
    };
    const { sink } = run.invocation;
    const limitBytes = sink === undefined ? LARGEST_RESPONSE_BYTES : LARGEST_STREAM_BYTES;
    const handlers: ResponseHandlers = {
      onComplete: (payload, tooLarge) => ended() && this.respond(requestId, payload, tooLarge, limitBytes),
      onFailed: (payload, declaredType) => ended() && this.respondError(requestId, payload, declaredType),
    };
    if (sink === undefined) return new CollectedResponse(handlers);
    sink.begin(contentType);
    return new PassedOnResponse(sink, handlers);
  }

  /** The runtime has sent an error of the handler's. False: nobody waits for one of that id. */
  respondError(requestId: string, payload: Uint8Array, declaredType?: string, cause?: string): boolean {
    const run = this.#take(requestId);
    if (run === undefined) return false;
    run.errorCause = cause;
    const handlerFailure = { status: 'error', errorType: errorTypeOf(payload, declaredType) } as const;
    const streamError = hasBegun(run)
      ? { errorType: declaredTypeOf(payload, declaredType), hasDetails: declaredType !== TRUNCATED }
      : undefined;
    this.#parts.reporter.answer(run, {
      payload,
      isError: true,
      failure: undefined,
      handlerFailure,
      streamError,
    });
    return true;
  }

  /** Why a response for it was refused. */
  refusalOf(requestId: string): OutcomeRefusal | undefined {
    if (!this.#parts.isOpen()) return undefined;
    const run = this.#run;
    if (run === undefined) return this.#answeredId === requestId ? 'responded' : undefined;
    return run.isStreaming && run.invocation.requestId === requestId ? 'responding' : undefined;
  }

  /** It ended with its process. */
  fail(failure: FunctionFailure): void {
    const { reporter, timeoutMs } = this.#parts;
    const run = this.#run;
    if (run === undefined) return;
    const payload = failure.payload(run.invocation.requestId);
    const streamError = cutBy(run, failure);
    reporter.fail(
      run,
      { payload, isError: true, failure, handlerFailure: undefined, streamError },
      timeoutMs,
    );
    this.#run = undefined;
  }

  /** The platform itself could not run it. */
  abandon(error: Error): void {
    this.#run?.abandon(error);
    this.#run = undefined;
  }

  #take(requestId: string): RunningInvocation | undefined {
    const run = this.#find(requestId);
    if (run === undefined) return undefined;
    this.#run = undefined;
    this.#answeredId = requestId;
    return run;
  }

  #find(requestId: string): RunningInvocation | undefined {
    if (!this.#parts.isOpen()) return undefined;
    const run = this.#run;
    if (run === undefined || run.isStreaming || run.invocation.requestId !== requestId) return undefined;
    return run;
  }
}

function hasBegun(run: RunningInvocation): boolean {
  return run.responseBeganMs !== undefined;
}

function cutBy(run: RunningInvocation, failure: FunctionFailure): StreamError | undefined {
  return hasBegun(run) ? { errorType: streamErrorOf(failure), hasDetails: false } : undefined;
}
