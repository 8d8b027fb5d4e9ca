import type { Sandbox } from '../sandbox/sandbox.ts';

/**
 * How long an environment has been idle when it is frozen: at least once, less than twice this. AWS freezes sooner; of
 * that, only timers that come due right after a response can tell. A busy environment is not frozen and thawed at every
 * invocation, which would cost it more than the invocation.
 */
const GRACE_MS = 10;

/**
 * Freezes environments once they have been idle for a moment. One timer for all of them, which runs only while one
 * waits for its freeze; an invocation costs a clock reading and two assignments.
 */
export class IdleFreezer {
  readonly #listed: Rest[] = [];
  #timer: NodeJS.Timeout | undefined;

  list(rest: Rest): void {
    this.#listed.push(rest);
    this.#timer ??= setInterval(() => this.#tick(), GRACE_MS).unref();
  }

  #tick(): void {
    const latestMs = performance.now() - GRACE_MS;
    let kept = 0;
    for (const rest of this.#listed) {
      if (rest.isOver(latestMs)) continue;
      this.#listed[kept] = rest;
      kept += 1;
    }
    this.#listed.length = kept;
    if (kept > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

/** When one environment rests, for all its life. */
export class Rest {
  readonly #freezer: IdleFreezer;
  readonly #sandbox: Pick<Sandbox, 'freeze' | 'thaw'>;
  /** By `performance.now()`; undefined while there is something to do. */
  #sinceMs: number | undefined;
  #isListed = false;

  constructor(freezer: IdleFreezer, sandbox: Pick<Sandbox, 'freeze' | 'thaw'>) {
    this.#freezer = freezer;
    this.#sandbox = sandbox;
  }

  /** There is nothing to do from now on. */
  begin(): void {
    this.#sinceMs = performance.now();
    if (this.#isListed) return;
    this.#isListed = true;
    this.#freezer.list(this);
  }

  /** There is: what is frozen takes no event, and cannot end in its own time. */
  end(): void {
    this.#sinceMs = undefined;
    this.#sandbox.thaw();
  }

  /**
   * Whether the freezer need not look at it any more: it is frozen, or not at rest.
   * @param latestMs who has rested since then is frozen
   */
  isOver(latestMs: number): boolean {
    const sinceMs = this.#sinceMs;
    if (sinceMs !== undefined && sinceMs > latestMs) return false;
    this.#isListed = false;
    if (sinceMs !== undefined) this.#sandbox.freeze();
    return true;
  }
}
