import { DropCount, removedNotice } from './drop-count.ts';
import { EVENT_OVERHEAD_BYTES, EventBatch } from './event-batch.ts';
import { encodeFrame } from './frame.ts';
import type { LogHost } from './log-host.ts';
import type { StreamFiles } from './stream-files.ts';
import type { ScheduledStream } from './write-scheduler.ts';
import { WrittenWaiters } from './written-waiters.ts';

/** Bytes taken to the disk in one write. */
const WRITE_BYTES = 256 * 1024;

/**
 * The events of one log stream. They are buffered in memory and written in the background; what does not fit the
 * buffers is dropped, counted, and told in a log line of its own.
 */
export class StreamLog implements ScheduledStream {
  readonly #host: LogHost;
  #files: StreamFiles | undefined;
  /** Takes events; not yet visible to readers. */
  #pending: EventBatch | undefined;
  /** Cut and on the way to the disk. */
  #queue: EventBatch[] = [];
  #bufferedBytes = 0;
  readonly #dropped = new DropCount();
  /** Arrival numbers behind the last event that was cut, and behind the last that was written. */
  #cutThrough = 0;
  #writtenThrough = 0;
  /** Somebody holds this object to append to it. */
  #held: boolean;
  #sealWhenWritten = false;
  #discarded = false;
  readonly #waiters = new WrittenWaiters();

  /** @param held until it is closed, so that no second object for the same stream is made meanwhile */
  constructor(host: LogHost, held: boolean) {
    this.#host = host;
    this.#held = held;
  }

  /** Where the stream is on disk; undefined until it was placed. */
  get files(): StreamFiles | undefined {
    return this.#files;
  }

  /** The stream was deleted; nothing that is appended to this object is kept. */
  get isDiscarded(): boolean {
    return this.#discarded;
  }

  /** Nobody holds it, and nothing is in memory that is not on disk. */
  get isForgettable(): boolean {
    const isWritten = this.#bufferedBytes === 0 && this.#dropped.isEmpty;
    return !this.#held && isWritten && this.#files?.isSealed === true;
  }

  /** Adds one event. A push into an array: no disk, no promise, no system call. */
  append(timestampMs: number, message: string): void {
    const bytes = message.length + EVENT_OVERHEAD_BYTES;
    const { limits } = this.#host;
    if (
      !this.#dropped.isEmpty ||
      this.#bufferedBytes + bytes > limits.streamBufferBytes ||
      this.#host.bufferedBytes + bytes > limits.totalBufferBytes
    ) {
      this.#drop(bytes);
      return;
    }
    this.#add(timestampMs, message, bytes);
  }

  /** Adds events in order and resolves when they are on disk (fsync); rejects when the disk refuses them. */
  async appendDurably(events: readonly { timestampMs: number; message: string }[]): Promise<void> {
    this.cut();
    for (const event of events) {
      const pending = (this.#pending ??= new EventBatch());
      const bytes = event.message.length + EVENT_OVERHEAD_BYTES;
      pending.push(event.timestampMs, event.message);
      this.#bufferedBytes += bytes;
      this.#host.bufferedBytes += bytes;
      if (pending.bytes >= this.#host.limits.batchBytes) this.cut();
    }
    this.cut();
    await this.#written(true);
  }

  /** Makes everything appended so far part of what readers see, once it is written. */
  cut(): void {
    const batch = this.#pending;
    if (batch === undefined) return;
    this.#pending = undefined;
    batch.cut(this.#host.takeArrivals(batch.count), this.#host.now());
    this.#queue.push(batch);
    this.#cutThrough = batch.endArrival;
    if (this.#files !== undefined) this.#host.scheduler.writeSoon(this);
  }

  /** Cuts, and resolves when all that was appended before can be read from the files. */
  async settle(): Promise<void> {
    this.cut();
    await this.#written(false);
    await this.#files?.load();
  }

  /** Gives the stream its place on disk; writing starts. */
  place(files: StreamFiles): void {
    this.#files = files;
    if (this.#queue.length > 0 || this.#sealWhenWritten) this.#host.scheduler.writeSoon(this);
    if (this.#pending !== undefined) this.#host.scheduler.markDirty(this);
  }

  /** Takes over what another log has buffered, and its holder; that one is empty afterwards. */
  absorb(other: StreamLog): void {
    this.#held ||= other.#held;
    other.cut();
    this.cut();
    const bytes = other.#bufferedBytes;
    this.#queue.push(...other.#queue);
    this.#bufferedBytes += bytes;
    this.#host.bufferedBytes += bytes;
    this.#queue.sort((a, b) => a.firstArrival - b.firstArrival);
    this.#cutThrough = Math.max(this.#cutThrough, other.#cutThrough);
    other.discard();
    if (this.#files !== undefined) this.#host.scheduler.writeSoon(this);
  }

  /** No more events are expected: the open segment is sealed when all is written. */
  close(): void {
    this.#held = false;
    this.#sealWhenWritten = true;
    this.cut();
    if (this.#files !== undefined) this.#host.scheduler.writeSoon(this);
  }

  /** Forgets what is buffered and takes nothing more: the stream was deleted. */
  discard(): void {
    this.#discarded = true;
    this.#host.scheduler.forget(this);
    this.#host.bufferedBytes -= this.#bufferedBytes;
    this.#bufferedBytes = 0;
    this.#pending = undefined;
    this.#queue = [];
    this.#dropped.clear();
    this.#release(this.#cutThrough);
  }

  flushDue(): boolean {
    this.#resume();
    if (this.#files === undefined) return this.#pending !== undefined;
    this.cut();
    return !this.#dropped.isEmpty;
  }

  async writeSome(): Promise<boolean> {
    const files = this.#files;
    if (files === undefined) return false;
    const batches = this.#takeBatches();
    const last = batches.at(-1);
    if (last !== undefined) await this.#write(files, batches, last.endArrival);
    this.#resume();
    if (this.#queue.length > 0) return true;
    if (!this.#sealWhenWritten || this.#pending !== undefined) return false;
    this.#sealWhenWritten = false;
    await files.seal().catch(() => undefined);
    return this.#queue.length > 0;
  }

  #add(timestampMs: number, message: string, bytes: number): void {
    if (this.#discarded) return;
    let pending = this.#pending;
    if (pending === undefined) {
      pending = new EventBatch();
      this.#pending = pending;
      this.#host.scheduler.markDirty(this);
    }
    pending.push(timestampMs, message);
    this.#bufferedBytes += bytes;
    this.#host.bufferedBytes += bytes;
    if (pending.bytes >= this.#host.limits.batchBytes) this.cut();
  }

  #drop(bytes: number): void {
    if (this.#discarded) return;
    if (this.#dropped.isEmpty) this.#host.scheduler.markDirty(this);
    this.#dropped.add(1, bytes - EVENT_OVERHEAD_BYTES);
  }

  /** Half empty again after events were dropped: say so in the stream, and take events again. */
  #resume(): void {
    const { limits } = this.#host;
    const isFull =
      this.#bufferedBytes > limits.streamBufferBytes / 2 ||
      this.#host.bufferedBytes > limits.totalBufferBytes * 0.75;
    if (!isFull && !this.#dropped.isEmpty) this.#notice(this.#dropped.takeNotice());
  }

  #notice(text: string): void {
    const message = `${text}\n`;
    this.#add(this.#host.now(), message, message.length + EVENT_OVERHEAD_BYTES);
  }

  #takeBatches(): EventBatch[] {
    let bytes = 0;
    let count = 0;
    for (const batch of this.#queue) {
      if (count > 0 && bytes + batch.bytes > WRITE_BYTES) break;
      bytes += batch.bytes;
      count += 1;
    }
    return this.#queue.splice(0, count);
  }

  async #write(files: StreamFiles, batches: readonly EventBatch[], endArrival: number): Promise<void> {
    const bytes = batches.reduce((sum, batch) => sum + batch.bytes, 0);
    try {
      const removed = await files.write(batches.map(encodeFrame), this.#waiters.needSync);
      this.#free(bytes);
      if (removed.count > 0) this.#notice(removedNotice(removed, this.#host.limits.streamBytes));
      this.#release(endArrival);
    } catch (error) {
      this.#free(bytes);
      this.#writtenThrough = endArrival;
      if (!this.#discarded) this.#lost(batches, error);
      this.#waiters.fail(endArrival, error);
    }
  }

  #lost(batches: readonly EventBatch[], error: unknown): void {
    this.#host.reportWriteError(error);
    if (this.#dropped.isEmpty) this.#host.scheduler.markDirty(this);
    for (const { count, bytes } of batches) this.#dropped.add(count, bytes - count * EVENT_OVERHEAD_BYTES);
  }

  #free(bytes: number): void {
    // A discarded stream has given its bytes back already.
    const freed = Math.min(bytes, this.#bufferedBytes);
    this.#bufferedBytes -= freed;
    this.#host.bufferedBytes -= freed;
  }

  #release(endArrival: number): void {
    this.#writtenThrough = Math.max(this.#writtenThrough, endArrival);
    this.#waiters.release(endArrival);
  }

  async #written(sync: boolean): Promise<void> {
    if (this.#writtenThrough < this.#cutThrough) await this.#waiters.wait(this.#cutThrough, sync);
  }
}
