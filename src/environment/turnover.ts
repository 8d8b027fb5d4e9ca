import { availableParallelism } from 'node:os';

/** Asking takes reads of control groups. */
const PROCESSORS = availableParallelism();

/** So many environments are used at once in any case. */
const FEWEST = 8;
/** Where their runtimes take events ahead: those stay awake. */
const FEWEST_AHEAD = 2;
/** A runtime has events of about this much time ahead, of the time that the platform sees them take. */
const AHEAD_MS = 1;
const MOST_AHEAD = 8;
/** How much one invocation counts in the average. */
const WEIGHT = 1 / 32;
/** The platform had nothing to do for this share of the time: more environments would be of use. */
const IDLE_SHARE = 0.25;
/** It had hardly a pause: more would be of none. */
const BUSY_SHARE = 0.05;
/** An invocation that takes so long, and so many turns of the event loop, is not waiting for the platform. */
const SLOW_MS = 2;
const SLOW_TURNS = 4;
/** Nor is one that takes so long, even where turns take long because something else keeps the platform busy. */
const NEVER_BRIEF_MS = 25;
/** After so many looks at a busy platform, fewer environments are tried. */
const LOOKS_BEFORE_LESS = 10;
/** After so many, the number that was enough before. */
const LOOKS_BEFORE_KNOWN = 2;
/** That number is remembered for so long while there is no load. */
const REMEMBERED_MS = 5000;
/** Where invocations are brief, a wait of this length is little beside a start. */
const SHORT_WAIT_MS = 50;
/** Where waits are longer, more are started step by step: this share of those there are, and one in any case. */
const GROWTH = 0.25;
/** Where so many times as many turn out to be needed, it is not the same load any more. */
const MUCH_MORE = 4;

/**
 * How many environments of one deployment are worth using at once. As many as there are invocations, as a rule. But
 * where invocations are brief and the platform is what limits them, a few environments that stay awake serve more than
 * many that are woken one after the other: an invocation then waits its turn. As soon as anything else limits them, the
 * rule holds again.
 */
export class Turnover {
  #limit = Number.POSITIVE_INFINITY;
  #fewest = FEWEST;
  readonly #processors: number;
  #averageMs = 0;
  /** The same over all there have been, with and without load. */
  #usualMs = Number.POSITIVE_INFINITY;
  #endedSinceLook = 0;
  #looksWithoutEnd = 0;
  #busyLooks = 0;
  /** Invocations that began beside many more than there may be now: how long they take says nothing. */
  #crowded = 0;
  /** So many have been enough. */
  #known = Number.POSITIVE_INFINITY;
  #knownUntilMs = Number.POSITIVE_INFINITY;

  constructor(processors: number = PROCESSORS) {
    this.#processors = processors;
  }

  /** How many may be in use before an invocation waits its turn. */
  get limit(): number {
    return this.#limit;
  }

  /** Not every invocation gets an environment of its own at once. */
  get isLimited(): boolean {
    return this.#limit !== Number.POSITIVE_INFINITY;
  }

  /** How many events a runtime is worth having ahead. */
  get depth(): number {
    if (!this.isLimited) return 0;
    return Math.min(MOST_AHEAD, Math.floor(AHEAD_MS / Math.max(this.#averageMs, 0.01)));
  }

  /** There are runtimes that take events ahead. */
  follow(): void {
    this.#fewest = FEWEST_AHEAD;
  }

  /** A few environments were enough a moment ago. */
  get isKnown(): boolean {
    return this.#known !== Number.POSITIVE_INFINITY;
  }

  /** Invocations take so little that many can wait their turn for less than a start takes; those in hand as well. */
  get isBrief(): boolean {
    return this.#usualMs < NEVER_BRIEF_MS && this.#looksWithoutEnd < SHORT_WAIT_MS;
  }

  /**
   * How many more are worth starting at once for brief invocations: all, until there is one for each processor; then
   * some, only where somebody waits for long. Starts take the processors' time from those who would soon have served him.
   * @param environments that there are
   * @param longestWaitMs how long the first of those who wait has waited
   */
  growth(environments: number, longestWaitMs: number): number {
    const missing = Math.max(FEWEST, this.#processors) - environments;
    if (missing > 0) return missing;
    return longestWaitMs < SHORT_WAIT_MS ? 0 : Math.max(1, Math.floor(environments * GROWTH));
  }

  /** An invocation took so long, from its event to its response. */
  ended(durationMs: number): void {
    if (this.#usualMs === Number.POSITIVE_INFINITY) this.#usualMs = durationMs;
    else this.#usualMs += (durationMs - this.#usualMs) * WEIGHT;
    this.#endedSinceLook += 1;
    if (this.#crowded > 0 && durationMs < NEVER_BRIEF_MS) this.#crowded -= 1;
    else this.#averageMs += (durationMs - this.#averageMs) * WEIGHT;
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
    const isSlow = this.#averageMs > Math.min(NEVER_BRIEF_MS, Math.max(SLOW_MS, SLOW_TURNS * turnMs));
    if (this.#looksWithoutEnd > 1 || isSlow) {
      this.#raise(busy, 2);
      if (this.#limit > MUCH_MORE * this.#known) this.#known = Number.POSITIVE_INFINITY;
    } else if (idleShare > IDLE_SHARE) this.#raise(busy, 1.25);
    else if (this.#busyLooks >= (this.#limit > this.#known ? LOOKS_BEFORE_KNOWN : LOOKS_BEFORE_LESS)) {
      this.#lower(busy);
    }
  }

  /**
   * There is no load any more: the next invocations are not held back. What was found out is not put to use before the
   * platform is seen to be busy again.
   */
  rest(nowMs: number): void {
    this.#limit = Number.POSITIVE_INFINITY;
    this.#averageMs = 0;
    this.#crowded = 0;
    this.#endedSinceLook = 0;
    this.#looksWithoutEnd = 0;
    this.#busyLooks = 0;
    this.#knownUntilMs = nowMs + REMEMBERED_MS;
  }

  /** There is load again. */
  resume(nowMs: number): void {
    if (nowMs > this.#knownUntilMs) this.#known = Number.POSITIVE_INFINITY;
  }

  #lower(busy: number): void {
    this.#busyLooks = 0;
    const less = Math.max(this.#fewest, Math.floor(Math.min(busy, this.#limit) * 0.75));
    this.#limit = Math.min(less, this.#known);
    this.#known = this.#limit;
    this.#averageMs = 0;
    this.#crowded = busy;
  }

  #raise(busy: number, factor: number): void {
    this.#limit = this.#limit > 2 * busy ? Number.POSITIVE_INFINITY : Math.ceil(this.#limit * factor);
  }
}
