/** Units that were not used are kept for so long, to be used in a burst. */
const BURST_SECONDS = 300;

/**
 * Units per second that may be used, and what was left over of the last five minutes. Whoever comes while anything is left
 * is let in, whatever it takes: what it takes too much is made up for before the next one.
 */
export class TokenBucket {
  #rate: number;
  #left: number;
  #atMs: number;

  /** @param rate units per second */
  constructor(rate: number, nowMs: number) {
    this.#rate = rate;
    this.#left = rate * BURST_SECONDS;
    this.#atMs = nowMs;
  }

  /** Goes on with this rate. More of it has to be saved up first; of less no more is kept than it would have saved. */
  fill(rate: number, nowMs: number): void {
    const seconds = Math.max(0, nowMs - this.#atMs) / 1000;
    this.#left = Math.min(this.#left + seconds * this.#rate, rate * BURST_SECONDS);
    this.#rate = rate;
    this.#atMs = nowMs;
  }

  get isEmpty(): boolean {
    return this.#left <= 0;
  }

  /** Nothing was taken that has not come back. */
  get isFull(): boolean {
    return this.#left >= this.#rate * BURST_SECONDS;
  }

  /** @param units below zero gives back */
  take(units: number): void {
    this.#left -= units;
  }
}
