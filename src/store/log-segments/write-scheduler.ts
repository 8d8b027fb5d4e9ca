/** A stream as the scheduler sees it. */
export interface ScheduledStream {
  /** The flush interval has passed: make what is buffered ready to be written. True to be asked again next time. */
  flushDue(): boolean;
  /** Writes some of what is ready. True when there is more. Never rejects; never runs twice at a time. */
  writeSome(): Promise<boolean>;
}

/**
 * Decides when which stream is written: one timer for all streams, and a few streams at a time, in turn, so that
 * one that floods does not hold up the others.
 */
export class WriteScheduler {
  readonly #intervalMs: number;
  readonly #concurrency: number;
  readonly #dirty = new Set<ScheduledStream>();
  readonly #ready = new Set<ScheduledStream>();
  readonly #writing = new Set<ScheduledStream>();
  #timer: NodeJS.Timeout | undefined;
  #kick: NodeJS.Immediate | undefined;
  #writers = 0;
  #idleWaiters: (() => void)[] = [];

  constructor(intervalMs: number, concurrency: number) {
    this.#intervalMs = intervalMs;
    this.#concurrency = concurrency;
  }

  /** The stream has something buffered: `flushDue` is called within the interval. */
  markDirty(stream: ScheduledStream): void {
    this.#dirty.add(stream);
    // Real time, not the platform's clock: this is about the disk, and moving the clock must not flush or starve it.
    this.#timer ??= setTimeout(() => this.#tick(), this.#intervalMs);
  }

  /** The stream has something ready: `writeSome` is called soon, but not within this call. */
  writeSoon(stream: ScheduledStream): void {
    this.#ready.add(stream);
    this.#kick ??= setImmediate(() => this.#startWriters());
  }

  /** Flushes every dirty stream now and waits until all is written. */
  async flush(): Promise<void> {
    // Writing may leave a notice to be written; a stream that has no place yet stays dirty for ever.
    for (let round = 0; round < 3; round += 1) {
      this.#tick();
      this.#startWriters();
      if (this.#writers > 0) await new Promise<void>((resolve) => this.#idleWaiters.push(resolve));
      if (this.#dirty.size === 0) return;
    }
  }

  forget(stream: ScheduledStream): void {
    this.#dirty.delete(stream);
    this.#ready.delete(stream);
  }

  #tick(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const due = [...this.#dirty];
    this.#dirty.clear();
    for (const stream of due) if (stream.flushDue()) this.markDirty(stream);
  }

  #startWriters(): void {
    clearImmediate(this.#kick);
    this.#kick = undefined;
    // Counted beforehand: a writer that finds nothing to do ends before this loop does.
    const more = Math.min(this.#concurrency - this.#writers, this.#ready.size);
    for (let count = 0; count < more; count += 1) {
      this.#writers += 1;
      void this.#writeInTurn();
    }
  }

  async #writeInTurn(): Promise<void> {
    for (let stream = this.#next(); stream !== undefined; stream = this.#next()) {
      this.#ready.delete(stream);
      this.#writing.add(stream);
      const more = await stream.writeSome();
      this.#writing.delete(stream);
      if (more) this.#ready.add(stream);
    }
    this.#writers -= 1;
    if (this.#writers > 0) return;
    for (const resolve of this.#idleWaiters.splice(0)) resolve();
  }

  /** A stream that is being written waits for its own writer to come round. */
  #next(): ScheduledStream | undefined {
    for (const stream of this.#ready) if (!this.#writing.has(stream)) return stream;
    return undefined;
  }
}
