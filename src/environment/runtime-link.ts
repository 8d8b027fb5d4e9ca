import type { Invocation } from '../model/invocation.ts';

/** The runtime's end of a channel, once it has asked for the next event. */
export interface RuntimeLink {
  /** Log events come by the same channel, before the response they belong to. */
  readonly carriesLogs: boolean;
  /**
   * Answers the parked "next" with an event.
   * @param deadlineMs when the function times out, milliseconds since the Unix epoch of the machine's own clock
   */
  deliver(invocation: Invocation, deadlineMs: number): void;
}

/** The runtime's end of a channel while it waits, initialised, to be restored. */
export interface RestoreRequest {
  /** It is: after-restore hooks run, then it asks for the next event. */
  release(): void;
}

/** What became of a response that came in parts. `unknown`: nobody waits for it any more. */
export type Receipt = 'accepted' | 'too-large' | 'unknown';

/** Takes a response that comes in parts. Ends once, by `end` or by `fail`. */
export interface ResponseStream {
  /** False: whoever takes it is behind, and wants nothing more until `whenReady` calls back. */
  write(bytes: Uint8Array): boolean;
  /** Calls back once. */
  whenReady(resume: () => void): void;
  end(): Receipt;
  /** It failed midway; `payload` is the error's JSON. */
  fail(payload: Uint8Array, declaredType: string | undefined): Receipt;
}

/** What a runtime may say, over whichever channel. The environment implements it. */
export interface RuntimeEvents {
  /** Initialised (the first time) or ready for another. False: out of turn, or the other channel is in use. */
  onNext(link: RuntimeLink): boolean;
  /**
   * The result of an invocation. False when no such invocation is waiting for one.
   * @param tooLarge the runtime sent more than a response may have; `payload` is not to be used
   */
  onResponse(requestId: string, payload: Uint8Array, tooLarge: boolean): boolean;
  /**
   * A response begins that comes in parts. Undefined when no such invocation is waiting for one.
   * @param contentType as the runtime declares it
   */
  onStream(requestId: string, contentType: string | undefined): ResponseStream | undefined;
  /**
   * The function failed; `payload` is the error's JSON as the caller sees it.
   * @param declaredType the error's type where the runtime gives it apart from the payload
   * @param cause what X-Ray is to show of it, JSON, where the runtime gives that
   */
  onError(requestId: string, payload: Uint8Array, declaredType?: string, cause?: string): boolean;
  /** The function's own initialisation failed; the process exits next. False when it is past initialisation. */
  onInitError(payload: Uint8Array, declaredType: string | undefined): boolean;
  /** Initialised, before-snapshot hooks included, and to be restored before its first event. False: out of turn. */
  onRestoreNext(waiting: RestoreRequest): boolean;
  /** An after-restore hook failed; the process exits next. False when nothing is being restored. */
  onRestoreError(payload: Uint8Array, declaredType: string | undefined): boolean;
  /** One log event, without a trailing line feed. */
  onLog(message: string): void;
}

/** Largest response of a buffered invocation: 6 MiB and 100 bytes. */
export const LARGEST_RESPONSE_BYTES = 6_291_556;
/** Largest response of an invocation whose caller takes it in parts: 200 MiB. */
export const LARGEST_STREAM_BYTES = 200 * 1024 * 1024;
