import type { Sandbox } from '../sandbox/sandbox.ts';

/** Asking the kernel costs a system call. In so little time nothing can fill much memory that was not in use before. */
const BRIEF_MS = 2;
const FRESH_MS = 10;

/** The most memory an environment has used, known well enough for REPORT lines. */
export class PeakMemory {
  readonly #sandbox: Pick<Sandbox, 'stats'>;
  #peakBytes = 0;
  #askedAtMs = Number.NEGATIVE_INFINITY;

  constructor(sandbox: Pick<Sandbox, 'stats'>) {
    this.#sandbox = sandbox;
  }

  /**
   * The peak in bytes, at the end of an invocation. Of brief ones that follow each other closely, some get what was known
   * a moment before.
   * @param durationMs of the invocation
   */
  afterMs(durationMs: number): number {
    const now = performance.now();
    if (durationMs >= BRIEF_MS || now - this.#askedAtMs >= FRESH_MS) {
      this.#askedAtMs = now;
      this.#peakBytes = this.#sandbox.stats().memoryPeakBytes;
    }
    return this.#peakBytes;
  }
}
