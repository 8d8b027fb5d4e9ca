import type { AheadLink } from '../runtime-link.ts';
import type { Waiter } from '../waiter.ts';
import { monotonicMs } from './monotonic-clock.ts';

/** A runtime that has not begun an event by then never will. The shortest timeout of a function is 200 times as long. */
const BEGIN_WITHIN_MS = 5;
/** Clocks are read a moment before what is done by them. */
const MARGIN_MS = 1;
/** Behind an invocation that has run for so long nobody is sent to wait. */
const BRIEF_MS = 2;

/** What an environment tells of itself. */
export interface EventsAheadHost {
  /** The runtime's channel, where it has events ahead. */
  readonly link: () => AheadLink | undefined;
  /** For how long the invocation in hand has run; undefined where none may follow it ahead. */
  readonly elapsedMs: () => number | undefined;
  readonly timeoutMs: number;
}

interface EventAhead {
  readonly waiter: Waiter;
  /** By the machine's clock: it has begun, or never will. */
  readonly decidedAtMs: number;
}

/**
 * Invocations whose events one environment's runtime has ahead: in its channel, behind the one in hand. Each begins when
 * the one before has ended, without the platform's doing. Where that takes too long they are taken back. That is exact:
 * the runtime answers an invocation before it begins the next, and begins none after its time. So behind one that has
 * no answer at a time when all answers of before were read, none has begun that had to begin earlier, and none will:
 * a runtime that passes over one passes over all that came ahead.
 */
export class EventsAhead {
  readonly #host: EventsAheadHost;
  /** Oldest first. */
  readonly #events: EventAhead[] = [];
  /** Events were taken back: the runtime passes over whatever comes ahead, until one comes that does not. */
  #isClosed = false;

  constructor(host: EventsAheadHost) {
    this.#host = host;
  }

  get count(): number {
    return this.#events.length;
  }

  /** Hands an event over. False: it has to wait elsewhere. */
  offer(waiter: Waiter): boolean {
    if (this.#isClosed || waiter.invocation.wantsLogTail) return false;
    const { link, elapsedMs, timeoutMs } = this.#host;
    const elapsed = elapsedMs();
    if (elapsed === undefined || elapsed > BRIEF_MS) return false;
    const beginBeforeMs = Math.floor(monotonicMs()) + BEGIN_WITHIN_MS;
    const isFirst = this.#events.length === 0;
    const deadlineMs = Date.now() + timeoutMs;
    if (link()?.deliverAhead(waiter.invocation, deadlineMs, beginBeforeMs, isFirst) !== true) return false;
    this.#events.push({ waiter, decidedAtMs: beginBeforeMs + MARGIN_MS });
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
    return oldest === undefined || oldest.decidedAtMs > nowMs ? undefined : this.#host.link()?.pauses;
  }

  /**
   * Takes all back that the runtime has not begun, if it still is so.
   * @param asOfMs when it was overdue
   * @param pauses what `overdue` has returned
   */
  takeBack(asOfMs: number, pauses: number): Waiter[] {
    const link = this.#host.link();
    if (this.overdue(asOfMs) !== pauses || link?.takeBack() !== true) return [];
    return this.takeAll();
  }

  /** Its process has ended, and has begun none of them. */
  takeAll(): Waiter[] {
    this.#isClosed = true;
    return this.#events.splice(0).map(({ waiter }) => waiter);
  }
}
