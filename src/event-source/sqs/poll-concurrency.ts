import type { MappingSettings } from '../../model/stored-event-source-mapping.ts';

/** How many batches of a queue run at once, and how fast that grows. */
export interface ConcurrencyBounds {
  readonly first: number;
  readonly most: number;
  readonly perMinute: number;
}

const FIRST_BATCHES = 5;
const MOST_BATCHES = 1_250;
const MORE_PER_MINUTE = 300;
/** Batches that one provisioned poller has under way. */
const PER_POLLER = 10;
const MORE_PER_MINUTE_PROVISIONED = 1_000;

/** As AWS scales: 5 batches at first, 300 more a minute while messages wait, 1,250 at most. */
export function concurrencyBounds({
  ScalingConfig: scaling,
  ProvisionedPollerConfig: pollers,
}: MappingSettings): ConcurrencyBounds {
  if (pollers !== undefined) {
    const { MinimumPollers: least = 2, MaximumPollers: most = least } = pollers;
    return { first: least * PER_POLLER, most: most * PER_POLLER, perMinute: MORE_PER_MINUTE_PROVISIONED };
  }
  const most = scaling?.MaximumConcurrency ?? MOST_BATCHES;
  return { first: Math.min(FIRST_BATCHES, most), most, perMinute: MORE_PER_MINUTE };
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/** The number of batches that may run at once, by what becomes of them. */
export class PollConcurrency {
  readonly #bounds: ConcurrencyBounds;
  #limit: number;
  /** Since then it has grown by what was due; undefined while nothing waits. */
  #grewAtMs: number | undefined;
  #pausedUntilMs = 0;
  #throttles = 0;

  constructor(bounds: ConcurrencyBounds) {
    this.#bounds = bounds;
    this.#limit = bounds.first;
  }

  /** Batches that may begin now, with so many under way. */
  room(running: number, nowMs: number): number {
    return nowMs < this.#pausedUntilMs ? 0 : Math.floor(this.#limit) - running;
  }

  /** Whether a receive brought all that was asked for: then more is waiting. */
  received(isAll: boolean, nowMs: number): void {
    if (!isAll) {
      this.#grewAtMs = undefined;
      return;
    }
    const sinceMs = nowMs - (this.#grewAtMs ?? nowMs);
    this.#grewAtMs = nowMs;
    const grown = this.#limit + (sinceMs * this.#bounds.perMinute) / 60_000;
    this.#limit = Math.min(this.#bounds.most, Math.max(grown, this.#limit));
  }

  /** Nothing had been there for a while: it begins anew. */
  idle(): void {
    this.#limit = this.#bounds.first;
    this.#grewAtMs = undefined;
  }

  answered(): void {
    this.#throttles = 0;
  }

  /** @returns how long to leave the function alone. What is throttled meanwhile counts as one with it */
  throttled(nowMs: number): number {
    if (nowMs < this.#pausedUntilMs) return this.#pausedUntilMs - nowMs;
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** this.#throttles, LONGEST_PAUSE_MS);
    this.#throttles += 1;
    this.#limit = Math.max(1, this.#limit / 2);
    this.#grewAtMs = undefined;
    this.#pausedUntilMs = nowMs + pauseMs;
    return pauseMs;
  }
}
