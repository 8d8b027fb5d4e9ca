import type { AsyncEvent } from '../../model/async-event.ts';
import type { EventTarget } from './async-event-rows.ts';

/** Claimed in one go, at most. */
const MOST_CLAIMED = 256;
/** Claimed ahead of what can start, so that the next event need not wait for the database: more for who runs dry. */
const LEAST_AHEAD = 8;
const MOST_AHEAD = 128;
/** A claim that lasts for so long was larger than it had to be. */
const SLOW_MS = 1_000;
/** A throttled function is left alone for so long, then tried with one more event at a time. */
const PAUSE_MS = 1_000;

/**
 * The events of one function. A function that is throttled is sent no more than it took: each event it finishes makes
 * room for one, and once the pause is over for one more, so a long queue is not pushed through refusals again and again.
 */
export class AsyncLane {
  readonly key: string;
  readonly target: EventTarget;
  /** Claimed, started in this order. */
  readonly ready: AsyncEvent[] = [];
  running = 0;
  isClaiming = false;
  #ahead = LEAST_AHEAD;
  #claimedAtMs = 0;
  /** Where it stands in the agenda. */
  agendaMs: number | undefined;
  /** When the first event on disk that nobody has in hand is due; Infinity: there is none. */
  #waitingFromMs = Infinity;
  /** The same, heard of while a claim is under way that may have seen it or not. */
  #heardOfMs = Infinity;
  /** Undefined until it is throttled for the first time. */
  #limit: number | undefined;
  #pausedUntilMs = 0;

  readonly #reserved: () => number | undefined;

  /** @param reserved the function's reserved concurrency, as it is by now; more is not even tried */
  constructor(key: string, target: EventTarget, reserved: () => number | undefined) {
    this.key = key;
    this.target = target;
    this.#reserved = reserved;
  }

  /** Nothing to do and nothing to remember. */
  get isIdle(): boolean {
    return (
      this.running === 0 && this.ready.length === 0 && !this.isClaiming && this.#waitingFromMs === Infinity
    );
  }

  /** How many more can start now. */
  room(nowMs: number): number {
    // Events for one that is switched off do not run.
    const most = this.#reserved() || Infinity;
    if (this.#limit === undefined) return Math.max(0, most - this.running);
    const limit = nowMs < this.#pausedUntilMs ? this.#limit : Math.max(this.#limit, 1);
    return Math.max(0, Math.min(limit, most) - this.running);
  }

  /** Whether a new event can run at once without overtaking one that waits. */
  isClear(nowMs: number): boolean {
    return this.ready.length === 0 && this.#waitingFromMs > nowMs && !this.isClaiming && this.room(nowMs) > 0;
  }

  /** How many events to claim once there are some to claim. */
  wants(nowMs: number): number {
    const room = this.room(nowMs);
    if (this.isClaiming || this.ready.length > this.#ahead / 2 || (room === 0 && this.running === 0))
      return 0;
    return Math.min(MOST_CLAIMED, room + this.#ahead) - this.ready.length;
  }

  /** When to claim; undefined when something else has to happen first. */
  claimsAtMs(nowMs: number): number | undefined {
    if (this.isClaiming || this.#waitingFromMs === Infinity) return undefined;
    if (this.wants(nowMs) > 0) return this.#waitingFromMs;
    return this.running === 0 && this.ready.length === 0
      ? Math.max(this.#waitingFromMs, this.#pausedUntilMs)
      : undefined;
  }

  /** An event on disk that anyone may claim from then on. */
  hearOf(dueAtMs: number): void {
    this.#waitingFromMs = Math.min(this.#waitingFromMs, dueAtMs);
    this.#heardOfMs = Math.min(this.#heardOfMs, dueAtMs);
  }

  beginClaim(nowMs: number): void {
    if (nowMs - this.#claimedAtMs > SLOW_MS) this.#ahead = LEAST_AHEAD;
    this.#claimedAtMs = nowMs;
    this.isClaiming = true;
    this.#heardOfMs = Infinity;
  }

  /** @param nextDueMs when the first event that was not claimed is due */
  endClaim(events: readonly AsyncEvent[], nextDueMs: number): void {
    this.isClaiming = false;
    this.#waitingFromMs = Math.min(nextDueMs, this.#heardOfMs);
    if (this.ready.length === 0) this.#ahead = Math.min(MOST_AHEAD, 2 * this.#ahead);
    this.ready.push(...events);
  }

  /** A run is over that had been counted in `running`. */
  finish(wasThrottled: boolean, nowMs: number): void {
    this.running -= 1;
    if (wasThrottled) {
      this.#limit = this.running;
      this.#pausedUntilMs = nowMs + PAUSE_MS;
    } else if (this.#limit !== undefined && nowMs >= this.#pausedUntilMs) {
      this.#limit += 1;
    }
  }
}
