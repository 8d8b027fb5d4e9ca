import { DropCount, removedNotice } from './drop-count.ts';
import { EVENT_OVERHEAD_BYTES, type EventBatch } from './event-batch.ts';
import { encodeFrame } from './frame.ts';
import type { LogHost } from './log-host.ts';
import { StreamBuffer } from './stream-buffer.ts';
import type { StreamFiles } from './stream-files.ts';
import type { ScheduledStream } from './write-scheduler.ts';
import { WrittenWaiters } from './written-waiters.ts';

/** Bytes taken to the disk in one write: to encode many short events takes the platform a good part of a millisecond. */
const WRITE_BYTES = 64 * 1024;
/** After the disk has refused a write, it is left alone for this long. */
const FAILURE_PAUSE_MS = 1000;

/**
 * The events of one log stream. They are buffered in memory and written in the background; what does not fit the
 * buffers is dropped, counted, and told in a log line of its own.
 */
export class StreamLog implements ScheduledStream {
  readonly #host: LogHost;
  readonly #buffer: StreamBuffer;
  readonly #dropped = new DropCount();
  readonly #waiters = new WrittenWaiters();
  #files: StreamFiles | undefined;
  /** The arrival number behind the last event that was written. */
  #writtenThrough = 0;
  /** Somebody holds this object to append to it. */
  #held: boolean;
  /** So many read it, or do something else that takes a while. */
  #users = 0;
  #sealWhenWritten = false;
  #isDiscarded = false;
  #pausedUntil = 0;

  /** @param held until it is closed, so that no second object for the same stream is made meanwhile */
  constructor(host: LogHost, held: boolean) {
    this.#host = host;
    this.#buffer = new StreamBuffer(host);
    this.#held = held;
  }

  /** Where the stream is on disk; undefined until it was placed. */
  get files(): StreamFiles | undefined {
    return this.#files;
  }

  /** The stream was deleted or has another object by now; nothing that is appended to this one is kept. */
  get isDiscarded(): boolean {
    return this.#isDiscarded;
  }

  /** Nobody needs it, and nothing is in memory that is not on disk. */
  get isForgettable(): boolean {
    const isNeeded = this.#held || this.#users > 0 || this.#isDiscarded || this.#sealWhenWritten;
    return !isNeeded && this.#buffer.bytes === 0 && this.#dropped.isEmpty && this.#files?.isIdle === true;
  }

  /** Keeps this object the stream's only one until `letGo`. */
  hold(): void {
    this.#users += 1;
  }

  letGo(): void {
    this.#users -= 1;
  }

  /**
   * Adds one event: into memory, as bytes. No disk, no promise, no system call.
   * @param isLine ends in a line feed, if need be in one of its own
   * @param isReserved has room of its own behind what is dropped for want of it
   */
  append(timestampMs: number, message: string, isLine = false, isReserved = false): void {
    const bytes = message.length + EVENT_OVERHEAD_BYTES;
    const { limits } = this.#host;
    const reserve = isReserved ? limits.reserveBytes : 0;
    if (
      (!this.#dropped.isEmpty && !isReserved) ||
      this.#buffer.bytes + bytes > limits.streamBufferBytes + reserve ||
      this.#host.bufferedBytes + bytes > limits.totalBufferBytes + reserve
    ) {
      this.#drop(message);
      return;
    }
    this.#add(timestampMs, message, isLine);
  }

  /** Adds events in order and resolves when they are on disk (fsync); rejects when the disk refuses them. */
  async appendDurably(events: readonly { timestampMs: number; message: string }[]): Promise<void> {
    // Deleted meanwhile: as good as deleted right after.
    if (this.#isDiscarded) return;
    this.cut();
    for (const event of events) {
      if (this.#buffer.push(event.timestampMs, event.message, false)) this.cut();
    }
    this.cut();
    await this.#written(true);
  }

  /** Makes everything appended so far part of what readers see, once it is written. */
  cut(): void {
    if (!this.#buffer.hasPending) return;
    this.#buffer.cut();
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
    if (this.#buffer.hasReady || this.#sealWhenWritten) this.#host.scheduler.writeSoon(this);
    if (this.#buffer.hasPending) this.#host.scheduler.markDirty(this);
  }

  /** Takes over what another log has buffered, and its holder; that one is empty afterwards. */
  absorb(other: StreamLog): void {
    this.#held ||= other.#held;
    this.#buffer.absorb(other.#buffer);
    other.discard();
    if (this.#files !== undefined) this.#host.scheduler.writeSoon(this);
  }

  /** No more events are expected: the open segment is sealed when all is written. */
  close(): void {
    this.#held = false;
    if (this.#isDiscarded) return;
    this.#sealWhenWritten = true;
    this.cut();
    if (this.#files !== undefined) this.#host.scheduler.writeSoon(this);
  }

  /** Forgets what is buffered and takes nothing more: the stream was deleted, or is forgotten until somebody asks for it. */
  discard(): void {
    this.#isDiscarded = true;
    this.#host.scheduler.forget(this);
    this.#buffer.clear();
    this.#dropped.clear();
    this.#release(this.#buffer.cutThrough);
  }

  flushDue(): boolean {
    this.#resume();
    if (this.#files === undefined) return this.#buffer.hasPending;
    this.cut();
    return !this.#dropped.isEmpty;
  }

  async writeSome(): Promise<boolean> {
    const files = this.#files;
    if (files === undefined) return false;
    const batches = this.#buffer.take(WRITE_BYTES);
    const last = batches.at(-1);
    if (last !== undefined) await this.#write(files, batches, last.endArrival);
    this.#resume();
    if (this.#buffer.hasReady) return true;
    if (!this.#sealWhenWritten || this.#buffer.hasPending) return false;
    this.#sealWhenWritten = false;
    // A segment that cannot be sealed now is sealed by the next start.
    await files.seal().catch(() => undefined);
    return this.#buffer.hasReady;
  }

  #add(timestampMs: number, message: string, isLine: boolean): void {
    if (this.#isDiscarded) return;
    if (!this.#buffer.hasPending) this.#host.scheduler.markDirty(this);
    if (this.#buffer.push(timestampMs, message, isLine)) this.cut();
  }

  #drop(message: string): void {
    if (this.#isDiscarded) return;
    if (this.#dropped.isEmpty) this.#host.scheduler.markDirty(this);
    this.#dropped.add(message.length);
  }

  /** Half empty again after events were dropped: say so in the stream, and take events again. */
  #resume(): void {
    if (this.#dropped.isEmpty || performance.now() < this.#pausedUntil) return;
    const { limits, bufferedBytes } = this.#host;
    const isFull =
      this.#buffer.bytes > limits.streamBufferBytes / 2 || bufferedBytes > limits.totalBufferBytes * 0.75;
    if (!isFull) this.#notice(this.#dropped.takeNotice());
  }

  #notice(text: string): void {
    this.#add(this.#host.now(), text, true);
  }

  async #write(files: StreamFiles, batches: readonly EventBatch[], endArrival: number): Promise<void> {
    try {
      const removed = await files.write(batches.map(encodeFrame), this.#waiters.needSync);
      this.#buffer.free(batches);
      this.#dropped.confirm();
      if (removed.count > 0) this.#notice(removedNotice(removed, this.#host.limits.streamBytes));
      this.#release(endArrival);
    } catch (error) {
      this.#buffer.free(batches);
      this.#lost(batches, error);
      this.#writtenThrough = Math.max(this.#writtenThrough, endArrival);
      this.#waiters.fail(endArrival, error);
    }
  }

  #lost(batches: readonly EventBatch[], error: unknown): void {
    if (this.#isDiscarded) return;
    this.#host.reportWriteError(error);
    this.#pausedUntil = performance.now() + FAILURE_PAUSE_MS;
    this.#dropped.addLost(batches);
    this.#host.scheduler.markDirty(this);
  }

  #release(endArrival: number): void {
    this.#writtenThrough = Math.max(this.#writtenThrough, endArrival);
    this.#waiters.release(endArrival);
  }

  async #written(sync: boolean): Promise<void> {
    const { cutThrough } = this.#buffer;
    if (this.#writtenThrough < cutThrough) await this.#waiters.wait(cutThrough, sync);
  }
}
