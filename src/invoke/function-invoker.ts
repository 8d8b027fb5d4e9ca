import type { InvocationResult, ResponseSink } from '../model/invocation.ts';

/** One call through the single door. */
export interface InvokeRequest {
  readonly accountId: string;
  readonly region: string;
  /** Bare function name. */
  readonly name: string;
  /** Version number, `$LATEST` or alias; undefined when the caller named none. */
  readonly qualifier: string | undefined;
  readonly payload: Uint8Array;
  readonly requestId: string;
  /** The caller's `X-Amzn-Trace-Id`. */
  readonly traceId: string | undefined;
  /** Decoded JSON text of the client context. */
  readonly clientContext: string | undefined;
  /** Whose environment shall run it, of functions with tenant isolation. */
  readonly tenantId?: string | undefined;
  readonly wantsLogTail: boolean;
  /** Nobody waits for the answer: limited by concurrency alone, not by requests per second. */
  readonly isAsynchronous?: boolean;
  /** Of an event that was queued. */
  readonly attempt?: QueuedAttempt | undefined;
  /** For a caller who takes the response in parts. */
  readonly streaming?: StreamingCaller | undefined;
}

/** Which function is meant. */
export type InvokedFunction = Pick<InvokeRequest, 'accountId' | 'region' | 'name' | 'qualifier' | 'tenantId'>;

/** One run of a queued event. */
export interface QueuedAttempt {
  readonly eventId: string;
  /** Platform time, milliseconds since the Unix epoch. */
  readonly acceptedAtMs: number;
  /** From 1 on; one that did not run does not count. */
  readonly number: number;
}

export interface StreamingCaller {
  readonly sink: ResponseSink;
  /** Told the version that runs, before it does. */
  readonly onVersion: (version: string, traceId: string) => void;
}

export interface InvokeAnswer extends InvocationResult {
  /** `$LATEST` or a number, never an alias. */
  readonly executedVersion: string;
  /** `X-Amzn-Trace-Id` of the answer. */
  readonly traceId: string;
}

export type QueuedRequest = Pick<InvokeRequest, 'accountId' | 'region' | 'name' | 'qualifier' | 'traceId'>;

/** The single door into functions: every invoke, whatever its origin, comes through here. */
export interface FunctionInvoker {
  /** Throws ServiceError for everything that keeps the function from running (404, 409, 429 ...). */
  invoke(request: InvokeRequest): Promise<InvokeAnswer>;
  /** Checks what `invoke` would check and runs nothing. Throws, or rejects where other platforms had to be asked. */
  check(request: InvokedFunction): Promise<void> | void;
}
