/**
 * Events of one stream on their way to the disk. Appending pushes into two arrays and nothing more; a batch becomes
 * one frame of a segment file.
 */
export class EventBatch {
  timestamps: number[] = [];
  messages: string[] = [];
  /** Approximate: characters plus the overhead of each event. */
  bytes = 0;
  minTimestampMs = Number.POSITIVE_INFINITY;
  maxTimestampMs = Number.NEGATIVE_INFINITY;
  /** Set when the batch is cut: from then on it is visible to readers and no longer grows. */
  firstArrival = 0;
  ingestionTimeMs = 0;
  #ordered = true;

  get count(): number {
    return this.messages.length;
  }

  /** The arrival number behind the last event's. */
  get endArrival(): number {
    return this.firstArrival + this.messages.length;
  }

  push(timestamp: number, message: string): void {
    // Whole and not negative: segment names and the API's longs have no room for anything else.
    const timestampMs = timestamp > 0 ? Math.floor(timestamp) : 0;
    if (timestampMs < this.maxTimestampMs) this.#ordered = false;
    else this.maxTimestampMs = timestampMs;
    if (timestampMs < this.minTimestampMs) this.minTimestampMs = timestampMs;
    this.timestamps.push(timestampMs);
    this.messages.push(message);
    this.bytes += message.length + EVENT_OVERHEAD_BYTES;
  }

  /** Closes the batch: events get their order and their arrival numbers. */
  cut(firstArrival: number, ingestionTimeMs: number): void {
    this.firstArrival = firstArrival;
    this.ingestionTimeMs = ingestionTimeMs;
    if (!this.#ordered) this.#sort();
  }

  #sort(): void {
    const { timestamps, messages } = this;
    const order = timestamps.map((_, index) => index);
    order.sort((a, b) => (timestamps[a] ?? 0) - (timestamps[b] ?? 0));
    this.timestamps = order.map((index) => timestamps[index] ?? 0);
    this.messages = order.map((index) => messages[index] ?? '');
    this.#ordered = true;
  }
}

/** What CloudWatch Logs counts for each event besides its message, and about what it costs in memory. */
export const EVENT_OVERHEAD_BYTES = 26;
