import type { EnvironmentParts } from '../environment-parts.ts';
import type { InvocationInHand } from '../invocation-in-hand.ts';
import type { InvocationReporter } from '../invocation-reporter.ts';
import type { AheadLink } from '../runtime-link.ts';
import type { RuntimeProcess } from '../runtime-process.ts';
import type { Waiter } from '../waiter.ts';
import { monotonicMs } from './monotonic-clock.ts';
import { socketBufferBytes } from './socket-buffer.ts';

/** A runtime that has not begun an event by then never will. The shortest timeout of a function is 200 times as long. */
const BEGIN_WITHIN_MS = 5;
/** Clocks are read a moment before what is done by them. */
const MARGIN_MS = 1;
/** Behind an invocation that has run for so long nobody is sent to wait. */
const BRIEF_MS = 2;

/** More than a runtime can have written that the platform has not read: what sockets hold, unless they are told otherwise, twice. */
const MOST_UNREAD_BYTES = 2 * socketBufferBytes() + 256 * 1024;

interface EventAhead {
  readonly waiter: Waiter;
  /** By the machine's clock: it has begun, or never will. */
  readonly decidedAtMs: number;
  /** So much of what the runtime says had been read when it was seen to be late. */
  lateAtByte: number | undefined;
}

/**
 * Invocations whose events one environment's runtime has ahead: in its channel, behind the one in hand. Each begins when
 * the one before has ended, without the platform's doing. Where that takes too long they are taken back. That is exact:
 * the runtime answers an invocation before it begins the next, and begins none after its time. So behind one that has
 * no answer at a time when all answers of before were read, none has begun that had to begin earlier, and none will:
 * a runtime that passes over one passes over all that came ahead.
 */
export class EventsAhead {
  readonly #parts: Pick<EnvironmentParts<unknown>, 'sharesClock' | 'hasSpareProcessors' | 'version'>;
  readonly #process: Pick<RuntimeProcess, 'link' | 'hasExtensions'>;
  readonly #inHand: Pick<InvocationInHand, 'briefMs'>;
  readonly #reporter: Pick<InvocationReporter, 'mayPrint'>;
  readonly #isSpent: () => boolean;
  /** Oldest first. */
  readonly #events: EventAhead[] = [];
  /** Events were taken back: the runtime passes over whatever comes ahead, until one comes that does not. */
  #isClosed = false;

  /** @param isSpent the environment is to have no more than it has */
  constructor(
    parts: Pick<EnvironmentParts<unknown>, 'sharesClock' | 'hasSpareProcessors' | 'version'>,
    process: Pick<RuntimeProcess, 'link' | 'hasExtensions'>,
    inHand: Pick<InvocationInHand, 'briefMs'>,
    reporter: Pick<InvocationReporter, 'mayPrint'>,
    isSpent: () => boolean,
  ) {
    this.#parts = parts;
    this.#process = process;
    this.#inHand = inHand;
    this.#reporter = reporter;
    this.#isSpent = isSpent;
  }

  get count(): number {
    return this.#events.length;
  }

  /** Hands an event over. False: it has to wait elsewhere. */
  offer(waiter: Waiter): boolean {
    const { sink, wantsLogTail } = waiter.invocation;
    if (this.#isClosed || wantsLogTail || sink !== undefined || !this.#isFree) return false;
    const elapsedMs = this.#inHand.briefMs;
    if (elapsedMs === undefined || elapsedMs > BRIEF_MS) return false;
    const beginBeforeMs = Math.floor(monotonicMs()) + BEGIN_WITHIN_MS;
    const isFirst = this.#events.length === 0;
    const deadlineMs = Date.now() + this.#parts.version.timeoutMs;
    const terms = { beginBefore: beginBeforeMs, mayDoze: this.#parts.hasSpareProcessors, isFirst };
    if (this.#link?.deliverAhead(waiter.invocation, deadlineMs, terms) !== true) return false;
    this.#events.push({ waiter, decidedAtMs: beginBeforeMs + MARGIN_MS, lateAtByte: undefined });
    return true;
  }

  /** The next event, which the runtime begins now that it is done with the last. */
  shift(): Waiter | undefined {
    return this.#events.shift()?.waiter;
  }

  /** Another event is in hand, which the runtime begins whatever came before. */
  reopen(): void {
    this.#isClosed = false;
  }

  /**
   * The oldest has not begun in time, as far as answers have been read.
   * @returns for `takeBack`, a turn of the event loop later; undefined where there is nothing to take back
   */
  overdue(nowMs: number): number | undefined {
    const [oldest] = this.#events;
    return oldest === undefined || oldest.decidedAtMs > nowMs ? undefined : this.#link?.pauses;
  }

  /**
   * Takes all back that the runtime has not begun, if it still is so.
   * @param asOfMs when it was overdue
   * @param pauses what `overdue` has returned
   */
  takeBack(asOfMs: number, pauses: number): Waiter[] {
    if (this.overdue(asOfMs) !== pauses) return [];
    this.#link?.takeBack();
    return this.takeAll();
  }

  /** As `takeBack`, at once, where reading is put off: a runtime that writes much is not to keep what is behind it. */
  takeBackUnread(nowMs: number): Waiter[] {
    const [oldest] = this.#events;
    const link = this.#link;
    if (oldest === undefined || link === undefined || oldest.decidedAtMs > nowMs) return [];
    if (link.pauses !== undefined) return [];
    oldest.lateAtByte ??= link.readBytes;
    if (link.readBytes - oldest.lateAtByte <= MOST_UNREAD_BYTES && !link.isDry()) return [];
    link.takeBack();
    return this.takeAll();
  }

  /** Its process has ended, and has begun none of them. */
  takeAll(): Waiter[] {
    this.#isClosed = true;
    return this.#events.splice(0).map(({ waiter }) => waiter);
  }

  /** The platform itself could not run them. */
  abandon(error: Error): void {
    for (const { completion } of this.takeAll()) completion.fail(error);
  }

  get #link(): AheadLink | undefined {
    return this.#parts.sharesClock ? this.#process.link?.ahead : undefined;
  }

  /** The environment has its next invocation as soon as its runtime asks for it. */
  get #isFree(): boolean {
    return !this.#process.hasExtensions && !this.#reporter.mayPrint && !this.#isSpent();
  }
}
