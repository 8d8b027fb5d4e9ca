/** So many environments are used at once in any case. */
const FEWEST = 4;
/** How much one invocation counts in the average. */
const WEIGHT = 1 / 32;
/** The platform had nothing to do for this share of the time: more environments would be of use. */
const IDLE_SHARE = 0.25;
/** It had hardly a pause: more would be of none. */
const BUSY_SHARE = 0.05;
/** An invocation that takes so long, and so many turns of the event loop, is not waiting for the platform. */
const SLOW_MS = 2;
const SLOW_TURNS = 4;
/** After so many looks at a busy platform, fewer environments are tried. */
const LOOKS_BEFORE_LESS = 10;

/**
 * How many environments of one deployment are worth using at once. As many as there are invocations, as a rule. But
 * where invocations are brief and the platform is what limits them, a few environments that stay awake serve more than
 * many that are woken one after the other: an invocation then waits its turn. As soon as anything else limits them, the
 * rule holds again.
 */
export class Turnover {
  #limit = Number.POSITIVE_INFINITY;
  #averageMs = 0;
  #endedSinceLook = 0;
  #looksWithoutEnd = 0;
  #busyLooks = 0;

  /** How many may be in use before an invocation waits its turn. */
  get limit(): number {
    return this.#limit;
  }

  /** An invocation took so long, from its event to its response. */
  ended(durationMs: number): void {
    this.#endedSinceLook += 1;
    this.#averageMs += (durationMs - this.#averageMs) * WEIGHT;
  }

  /**
   * Looks how it is going.
   * @param busy environments in use now
   * @param turnMs since the last look: a millisecond, or one turn of the event loop where that takes longer
   * @param idleShare of that time in which the platform had nothing to do
   */
  look(busy: number, turnMs: number, idleShare: number): void {
    // A single look may come before the responses of its turn.
    this.#looksWithoutEnd = this.#endedSinceLook === 0 ? this.#looksWithoutEnd + 1 : 0;
    this.#endedSinceLook = 0;
    this.#busyLooks = idleShare < BUSY_SHARE ? this.#busyLooks + 1 : 0;
    const isSlow = this.#averageMs > Math.max(SLOW_MS, SLOW_TURNS * turnMs);
    if (this.#looksWithoutEnd > 1 || isSlow) this.#raise(busy, 2);
    else if (idleShare > IDLE_SHARE) this.#raise(busy, 1.25);
    else if (this.#busyLooks >= LOOKS_BEFORE_LESS) {
      this.#busyLooks = 0;
      this.#limit = Math.max(FEWEST, Math.floor(Math.min(busy, this.#limit) * 0.75));
    }
  }

  #raise(busy: number, factor: number): void {
    this.#limit = this.#limit > 2 * busy ? Number.POSITIVE_INFINITY : Math.ceil(this.#limit * factor);
  }
}
