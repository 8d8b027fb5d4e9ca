/** Requests per second that a unit of concurrency is good for, however short they are. Only totals are held to it. */
export const REQUESTS_PER_UNIT = 10;
export const SECOND_MS = 1000;

/**
 * How many of something may happen in a period: up to `capacity` at once, refilled evenly so that an empty one is full
 * after `periodMs`; what is not used does not pile up. Two numbers, no timer: it is brought up to date when it is asked.
 */
export class RateAllowance {
  readonly #periodMs: number;
  #capacity: number;
  #left: number;
  /** Platform time up to which `#left` is right. */
  #atMs = 0;

  constructor(capacity: number, periodMs: number) {
    this.#capacity = capacity;
    this.#periodMs = periodMs;
    this.#left = capacity;
  }

  get capacity(): number {
    return this.#capacity;
  }

  /** @param nowMs platform time; one that lies in the past counts as the last one */
  hasRoom(nowMs: number): boolean {
    return this.room(nowMs) >= 1;
  }

  /** For how many there is room. */
  room(nowMs: number): number {
    if (nowMs > this.#atMs) {
      const refill = ((nowMs - this.#atMs) * this.#capacity) / this.#periodMs;
      this.#left = Math.min(this.#capacity, this.#left + refill);
      this.#atMs = nowMs;
    }
    return Math.floor(this.#left);
  }

  /** Call after `hasRoom` or `room` has said so. */
  spend(count = 1): void {
    this.#left -= count;
  }

  /** What was spent turned out not to be needed. */
  restore(count = 1): void {
    this.#left = Math.min(this.#capacity, this.#left + count);
  }

  /** More capacity can be used at once; of less, no more is left than that. */
  resize(capacity: number): void {
    this.#left = Math.min(capacity, this.#left + Math.max(0, capacity - this.#capacity));
    this.#capacity = capacity;
  }

  /**
   * Leaves a part of the capacity to somebody else. Call after `room`, which brings it up to date.
   * @returns what was left of that part
   */
  giveUp(capacity: number): number {
    const given = Math.min(capacity, Math.max(0, Math.floor(this.#left)));
    this.#capacity -= capacity;
    this.#left = Math.min(this.#capacity, this.#left - given);
    return given;
  }

  /** Gets somebody's part, and what was left of it. Call after `room`, which brings it up to date. */
  gain(capacity: number, left: number): void {
    this.#capacity += capacity;
    this.#left = Math.min(this.#capacity, this.#left + left);
  }
}

/** As many requests per second as so many units are good for. */
export function requestAllowance(units: number): RateAllowance {
  return new RateAllowance(units * REQUESTS_PER_UNIT, SECOND_MS);
}
