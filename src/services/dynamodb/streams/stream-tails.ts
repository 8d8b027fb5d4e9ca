/** Other platforms' records are looked for so often while somebody waits. */
const LOOK_ROUND_MS = 500;

/** Who waits for new records of which stream. */
export class StreamTails {
  readonly #waiting = new Map<string, Set<() => void>>();
  readonly #isShared: boolean;

  /** @param isShared other platforms write to the same database */
  constructor(isShared: boolean) {
    this.#isShared = isShared;
  }

  /** There are more, or the stream has changed. */
  wake(streamId: string): void {
    const waiting = this.#waiting.get(streamId);
    this.#waiting.delete(streamId);
    for (const wake of waiting ?? []) wake();
  }

  wakeAll(): void {
    for (const streamId of this.#waiting.keys()) this.wake(streamId);
  }

  /**
   * Resolves once there may be more. What comes from this call on is heard of.
   * @param hasMore asked once it would be heard of
   */
  async wait(streamId: string, signal: AbortSignal, hasMore: () => Promise<boolean>): Promise<void> {
    const woken = Promise.withResolvers<void>();
    const wake = (): void => woken.resolve();
    const waiting = this.#waiting.get(streamId) ?? new Set();
    this.#waiting.set(streamId, waiting.add(wake));
    signal.addEventListener('abort', wake);
    const look = this.#isShared
      ? setInterval(() => void this.#look(hasMore, wake), LOOK_ROUND_MS)
      : undefined;
    try {
      if (signal.aborted || (await hasMore())) return;
      await woken.promise;
    } finally {
      clearInterval(look);
      waiting.delete(wake);
      signal.removeEventListener('abort', wake);
    }
  }

  async #look(hasMore: () => Promise<boolean>, wake: () => void): Promise<void> {
    // Whoever is woken reads, and hears what is wrong.
    if (await hasMore().catch(() => true)) wake();
  }
}
