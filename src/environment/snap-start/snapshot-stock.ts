import type { ExecutionEnvironment } from '../execution-environment.ts';

/** Starts that fail one after the other before no more are tried ahead of need. */
const MOST_FAILURES = 6;

/**
 * Environments of a version with SnapStart that have initialised and wait to be restored. They take the place of
 * Lambda's snapshot, of which any number is restored: there is always one, unless nobody has restored any for the length of an
 * environment's life, and more where one was not enough.
 */
export class SnapshotStock {
  readonly #waiting: ExecutionEnvironment[] = [];
  readonly #most: number;
  #target = 0;
  #failures = 0;
  #hasEnded = false;
  /** Starts in progress, and starts asked for that have to wait their turn. */
  starting = 0;
  queued = 0;

  /** @param most that wait at once */
  constructor(most: number) {
    this.#most = most;
  }

  get count(): number {
    return this.#waiting.length;
  }

  /** Nothing waits, and nothing is on its way to. */
  get isAtRest(): boolean {
    return this.count === 0 && this.starting === 0 && this.queued === 0;
  }

  /** One shall wait from now on, before anybody has asked for it. */
  keepOne(): void {
    this.#hasEnded = false;
    this.#target = Math.max(1, this.#target);
  }

  needsStart(): boolean {
    return this.mayStart() && this.count + this.starting + this.queued < this.#target;
  }

  /** A start that was queued is still wanted. */
  mayStart(): boolean {
    return this.#failures < MOST_FAILURES && this.count + this.starting < this.#target;
  }

  /** One has initialised. False: it is of no use any more. */
  add(environment: ExecutionEnvironment): boolean {
    if (this.count >= this.#target) return false;
    this.#waiting.push(environment);
    return true;
  }

  /** A start has failed, or one that waited was lost. */
  fail(): void {
    this.#failures += 1;
  }

  /** One to be restored; another will take its place. None is left: from now on there is one more, until the end. */
  take(): ExecutionEnvironment | undefined {
    const taken = this.#waiting.shift();
    if (taken !== undefined) this.keepOne();
    else if (!this.#hasEnded) this.#target = Math.min(this.#most, this.#target + 1);
    return taken;
  }

  /** It works after all. */
  restored(): void {
    this.#failures = 0;
  }

  /** One has waited for as long as environments live: there need not be so many. False: it does not wait. */
  lapse(environment: ExecutionEnvironment): boolean {
    if (!this.delete(environment)) return false;
    this.#target = Math.max(0, this.#target - 1);
    return true;
  }

  delete(environment: ExecutionEnvironment): boolean {
    const index = this.#waiting.indexOf(environment);
    if (index !== -1) this.#waiting.splice(index, 1);
    return index !== -1;
  }

  /** There shall be none from now on. @returns those that there are */
  end(): ExecutionEnvironment[] {
    this.#hasEnded = true;
    this.#target = 0;
    return this.#waiting.splice(0);
  }
}
