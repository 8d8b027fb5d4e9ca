import type { Invocation } from '../model/invocation.ts';

/** The runtime's end of a channel, once it has asked for the next event. */
export interface RuntimeLink {
  /** Log events come by the same channel, before the response they belong to. */
  readonly carriesLogs: boolean;
  /**
   * Answers the parked "next" with an event.
   * @param deadlineMs when the function times out, milliseconds since the Unix epoch of the machine's own clock
   * @param together others may follow in this turn of the event loop, and may leave with it
   */
  deliver(invocation: Invocation, deadlineMs: number, together?: boolean): void;
  /** Where it begins events that are sent before it has asked for them. */
  readonly ahead?: AheadLink | undefined;
}

/** On what terms an event is sent before the runtime has asked for it. */
export interface AheadTerms {
  /** Whole milliseconds of the machine's monotonic clock: it begins it before, or not at all. */
  readonly beginBefore: number;
  /** Nobody else wants the processor: it may wait a moment before it listens for what comes after. */
  readonly mayDoze: boolean;
  /** None is to begin between the one in hand and this one. */
  readonly isFirst: boolean;
}

/** The end of a runtime that has events in its channel which it has not asked for yet. */
export interface AheadLink {
  /**
   * Sends an event that the runtime has not asked for yet. It is to begin it when it is done with all that was sent
   * before. False: this one cannot.
   */
  deliverAhead(invocation: Invocation, deadlineMs: number, terms: AheadTerms): boolean;
  /**
   * How often the reading of what the runtime says was put off; undefined while it is. Twice the same, and a turn of the
   * event loop in between: all was read that had been written by the first time.
   */
  readonly pauses: number | undefined;
  /** So much of what the runtime says was read. */
  readonly readBytes: number;
  /** While reading is put off: nothing is there that was not read. False where that cannot be told. */
  isDry(): boolean;
  /** Forgets what was sent ahead. */
  takeBack(): void;
}

/** The runtime's end of a channel while it waits, initialised, to be restored. */
export interface RestoreRequest {
  /** It is: after-restore hooks run, then it asks for the next event. */
  release(): void;
}

/** What became of a response that came in parts. `unknown`: nobody waits for it any more. */
export type Receipt = 'accepted' | 'too-large' | 'unknown';

/**
 * Why no response is taken for an event although it is, or was, in hand: one is coming in parts, one was sent, or it came too
 * late where a runtime has several events in hand and goes on.
 */
export type OutcomeRefusal = 'responding' | 'responded' | 'timed-out';

/** Takes a response that comes in parts. Ends once, by `end`, `fail` or `truncate`. */
export interface ResponseStream {
  /** False: whoever takes it is behind, and wants nothing more until `whenReady` calls back. */
  write(bytes: Uint8Array): boolean;
  /** Calls back once. */
  whenReady(resume: () => void): void;
  end(): Receipt;
  /** It failed midway; `payload` is the error's JSON. */
  fail(payload: Uint8Array, declaredType: string | undefined): Receipt;
  /** Nothing more comes, and the end has not. */
  truncate(): void;
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
  /** Why a response or an error was refused; undefined where its request is none in hand. */
  refusalOf(requestId: string): OutcomeRefusal | undefined;
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
