/** Of a stream that writes much: a full batch, and a last message for which three bytes a character were kept ready. */
const LARGE_BYTES = 128 * 1024;
const SMALLEST_BYTES = 1024;
/** All streams together are given so many back: as many as are written at the same time, and filled meanwhile. */
const MOST_KEPT = 8;

/**
 * Memory of batches that have been written, for the next ones. A flood of log events fills a hundred megabytes a second:
 * made anew each time, they had the garbage collector go through all of the platform's memory ten times a second.
 */
export class SpareFrames {
  readonly #spare: Buffer[] = [];

  /** @param likelyBytes of the batch: as many as the stream's last one had */
  take(likelyBytes: number): Buffer {
    if (likelyBytes <= LARGE_BYTES / 4) return Buffer.allocUnsafe(Math.max(SMALLEST_BYTES, likelyBytes));
    return this.#spare.pop() ?? Buffer.allocUnsafeSlow(LARGE_BYTES);
  }

  /** Nobody reads it any more. */
  give(memory: Buffer): void {
    if (memory.length === LARGE_BYTES && this.#spare.length < MOST_KEPT) this.#spare.push(memory);
  }
}
