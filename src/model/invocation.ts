import type { InvocationTrace } from './invocation-trace.ts';

/** One event on its way into a function, as the door (`invoke/`) hands it to an execution environment. */
export interface Invocation {
  /** UUID; the same one the caller, the context object and the log lines show. */
  readonly requestId: string;
  /** The event, bytes of a JSON text. */
  readonly payload: Uint8Array;
  /** The ARN the function was invoked by: unqualified, or ending in the qualifier that was used. */
  readonly invokedFunctionArn: string;
  /** `X-Amzn-Trace-Id` value. */
  readonly traceId: string;
  /** Decoded JSON text of `X-Amz-Client-Context`. */
  readonly clientContext: string | undefined;
  /** JSON text, when the caller came with an Amazon Cognito identity. */
  readonly cognitoIdentity?: string | undefined;
  /** Whose environment it is, for functions with tenant isolation. */
  readonly tenantId?: string | undefined;
  /** The caller wants the last 4 KB of the log (LogType Tail). */
  readonly wantsLogTail: boolean;
  /** Takes a response that comes in parts as it comes; without one it is collected, up to the limit of buffered ones. */
  readonly sink?: ResponseSink | undefined;
  /** Of one that is sampled. */
  readonly trace?: InvocationTrace | undefined;
}

/** Who waits for the result of something: told once, by one of the two. On the hot path, where a promise has its price. */
export interface Completion<Result> {
  readonly succeed: (result: Result) => void;
  readonly fail: (error: Error) => void;
}

/** A caller who takes a response in parts, with back-pressure. A function that does not stream never uses it. */
export interface ResponseSink {
  /** The response begins. @param contentType as the runtime declares it */
  begin(contentType: string | undefined): void;
  /** False: the caller is behind. What is written all the same is kept; better wait until `whenReady` calls back. */
  write(bytes: Uint8Array): boolean;
  /** Calls back once, as soon as the caller has caught up or gone away. */
  whenReady(resume: () => void): void;
}

export interface StreamError {
  readonly errorType: string;
  /** Whoever takes it in parts gets the payload; of the platform's own findings he hears by their names alone. */
  readonly hasDetails: boolean;
}

/**
 * How an invocation ended. A function error is a value: the invoke succeeded, the function failed. The payload then
 * holds the error's JSON as the caller sees it (facts: errorType, errorMessage, trace | stackTrace ...).
 */
export interface InvocationResult {
  readonly payload: Uint8Array;
  /** Set when the function failed; AWS sends `Unhandled` for every current runtime. */
  readonly functionError?: 'Unhandled' | undefined;
  /** Beside it, where a response in parts had begun: what cut it. */
  readonly streamError?: StreamError | undefined;
  /** The last 4 KB of this invocation's log, START to REPORT; only when it was asked for. */
  readonly logTail?: Uint8Array | undefined;
}
