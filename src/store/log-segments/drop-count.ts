import type { Removed } from './stream-files.ts';

/** Counts events that were not kept, until it can be told. */
export class DropCount {
  #events = 0;
  #bytes = 0;

  get isEmpty(): boolean {
    return this.#events === 0;
  }

  add(events: number, messageBytes: number): void {
    this.#events += events;
    this.#bytes += messageBytes;
  }

  clear(): void {
    this.#events = 0;
    this.#bytes = 0;
  }

  /** The line that tells it; counting starts anew. */
  takeNotice(): string {
    const what = `${this.#events} log events (${this.#bytes} bytes)`;
    this.clear();
    return `[Lambent] dropped ${what}: the stream was written faster than it could be kept`;
  }
}

/** The line that tells what had to go because a stream had reached its cap, of `streamBytes`. */
export function removedNotice(removed: Removed, streamBytes: number): string {
  const what = `${removed.count} log events (${removed.bytes} bytes)`;
  return `[Lambent] removed the oldest ${what}: a stream keeps ${Math.round(streamBytes / 1_048_576)} MB`;
}
