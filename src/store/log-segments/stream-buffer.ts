import { EVENT_OVERHEAD_BYTES, EventBatch } from './event-batch.ts';
import type { LogHost } from './log-host.ts';

/** One stream's events in memory: a batch that takes events, and batches on their way to the disk. */
export class StreamBuffer {
  readonly #host: LogHost;
  /** Takes events; not yet visible to readers. */
  #pending: EventBatch | undefined;
  #ready: EventBatch[] = [];
  #bytes = 0;
  /** The arrival number behind the last event that was cut. */
  #cutThrough = 0;
  /** Of the next batch. */
  #likelyBytes = 0;

  constructor(host: LogHost) {
    this.#host = host;
  }

  /** Not yet written, batches that are being written included. */
  get bytes(): number {
    return this.#bytes;
  }

  get hasPending(): boolean {
    return this.#pending !== undefined;
  }

  get hasReady(): boolean {
    return this.#ready.length > 0;
  }

  get cutThrough(): number {
    return this.#cutThrough;
  }

  /** Adds an event; true when enough has come together to be written at once. See `EventBatch.push`. */
  push(timestampMs: number, message: string, isLine: boolean): boolean {
    const pending = (this.#pending ??= new EventBatch(this.#host.spareFrames.take(this.#likelyBytes)));
    const bytes = message.length + EVENT_OVERHEAD_BYTES;
    pending.push(timestampMs, message, isLine);
    this.#bytes += bytes;
    this.#host.bufferedBytes += bytes;
    return pending.bytes >= this.#host.limits.batchBytes;
  }

  /** Makes what is pending ready to be written. */
  cut(): void {
    const batch = this.#pending;
    if (batch === undefined) return;
    this.#pending = undefined;
    batch.cut(this.#host.takeArrivals(batch.count), this.#host.now());
    this.#ready.push(batch);
    this.#likelyBytes = Math.min(batch.frame.length, this.#host.limits.batchBytes);
    this.#cutThrough = batch.endArrival;
  }

  /** Takes ready batches of about so many bytes, at least one. */
  take(wantedBytes: number): EventBatch[] {
    let bytes = 0;
    let count = 0;
    for (const batch of this.#ready) {
      if (count > 0 && bytes + batch.bytes > wantedBytes) break;
      bytes += batch.bytes;
      count += 1;
    }
    return this.#ready.splice(0, count);
  }

  /** Batches that were taken are written, or lost: their events are gone. */
  free(batches: readonly EventBatch[]): void {
    for (const batch of batches) this.#host.spareFrames.give(batch.takeMemory());
    const bytes = batches.reduce((sum, batch) => sum + batch.bytes, 0);
    // A cleared buffer has given its bytes back already.
    const freed = Math.min(bytes, this.#bytes);
    this.#bytes -= freed;
    this.#host.bufferedBytes -= freed;
  }

  /** Takes over another stream's events, which that one then has to clear. */
  absorb(other: StreamBuffer): void {
    other.cut();
    this.cut();
    this.#ready.push(...other.#ready);
    this.#ready.sort((a, b) => a.firstArrival - b.firstArrival);
    this.#bytes += other.#bytes;
    this.#host.bufferedBytes += other.#bytes;
    this.#cutThrough = Math.max(this.#cutThrough, other.#cutThrough);
  }

  clear(): void {
    this.#host.bufferedBytes -= this.#bytes;
    this.#bytes = 0;
    this.#pending = undefined;
    this.#ready = [];
  }
}
