import { EVENT_OVERHEAD_BYTES, type EventBatch } from './event-batch.ts';
import type { Removed } from './stream-files.ts';

/** Counts events that were not kept, until a line in the stream has told it. */
export class DropCount {
  #events = 0;
  #bytes = 0;
  #diskFailed = false;
  /** What the last notice told, as long as it is not written itself. */
  #told = { events: 0, bytes: 0 };

  get isEmpty(): boolean {
    return this.#events === 0;
  }

  /** An event for which there was no room. */
  add(messageBytes: number): void {
    this.#events += 1;
    this.#bytes += messageBytes;
  }

  /** Events that the disk refused, and with them the notice that may be among them. */
  addLost(batches: readonly EventBatch[]): void {
    const isNoticeLost = this.#told.events > 0;
    for (const { count, bytes } of batches) {
      this.#events += count;
      this.#bytes += bytes - count * EVENT_OVERHEAD_BYTES;
    }
    this.#events += this.#told.events - (isNoticeLost ? 1 : 0);
    this.#bytes += this.#told.bytes;
    this.#told = { events: 0, bytes: 0 };
    this.#diskFailed = true;
  }

  /** The line that tells it; counting starts anew. */
  takeNotice(): string {
    this.#told = { events: this.#events, bytes: this.#bytes };
    const what = `${this.#events} log events (${this.#bytes} bytes)`;
    const why = this.#diskFailed
      ? 'they could not be written to the disk'
      : 'the stream was written faster than it could be kept';
    this.clear();
    return `[Lambent] dropped ${what}: ${why}`;
  }

  /** Something was written, a notice before it too. */
  confirm(): void {
    this.#told = { events: 0, bytes: 0 };
  }

  clear(): void {
    this.#events = 0;
    this.#bytes = 0;
    this.#diskFailed = false;
  }
}

/** The line that tells what had to go because a stream had reached its cap, of `streamBytes`. */
export function removedNotice(removed: Removed, streamBytes: number): string {
  const what = `${removed.count} log events (${removed.bytes} bytes)`;
  return `[Lambent] removed the oldest ${what}: a stream keeps ${Math.round(streamBytes / 1_048_576)} MB`;
}
