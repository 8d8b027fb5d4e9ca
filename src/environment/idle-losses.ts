import type { Clock } from '../model/clock.ts';

/** The first of those lost in a row is replaced at once; the next one has to wait so long, and each further one twice as long. */
const SHORTEST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 300_000;

/**
 * How long to wait before environments are replaced that end while they have nothing to do. A function whose process does so each
 * time it has initialised would otherwise be started over and over, without anybody having asked for anything.
 */
export class IdleLosses {
  #inRow = 0;
  #lastMs = Number.NEGATIVE_INFINITY;
  #endPause: (() => void) | undefined;

  /** None is to be started that nobody waits for. */
  get isPaused(): boolean {
    return this.#endPause !== undefined;
  }

  /**
   * One was lost. Those that are lost during a pause are of the same row.
   * @param onPauseOver called after the pause, if this begins one: others may be started
   */
  add(clock: Clock, onPauseOver: () => void): void {
    if (this.isPaused) return;
    const pauseMs = this.#pauseAfter(clock.now());
    if (pauseMs === 0) return;
    this.#endPause = clock.schedule(pauseMs, () => {
      this.#endPause = undefined;
      onPauseOver();
    });
  }

  /** One has served somebody. */
  forget(): void {
    this.#inRow = 0;
  }

  /** Somebody has asked anew, and does not have to wait. */
  clear(): void {
    this.forget();
    this.#endPause?.();
    this.#endPause = undefined;
  }

  #pauseAfter(nowMs: number): number {
    // Two within hours have nothing to do with each other.
    if (nowMs - this.#lastMs > 2 * LONGEST_PAUSE_MS) this.#inRow = 0;
    this.#lastMs = nowMs;
    this.#inRow += 1;
    if (this.#inRow === 1) return 0;
    return Math.min(SHORTEST_PAUSE_MS * 2 ** (this.#inRow - 2), LONGEST_PAUSE_MS);
  }
}
