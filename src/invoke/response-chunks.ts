import type { ResponseSink } from '../model/invocation.ts';

/** What may wait for a slow reader before the function is told to wait too. */
const HIGH_WATER_BYTES = 256 * 1024;

/** The parts of a response on their way to a reader who takes them at his own pace. */
export class ResponseChunks implements ResponseSink, AsyncIterable<Uint8Array> {
  readonly #begun = Promise.withResolvers<void>();
  #contentType: string | undefined;
  #hasBegun = false;
  #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #hasEnded = false;
  #isUnread = false;
  #wakeReader: () => void = () => undefined;
  #wakeWriters: (() => void)[] = [];

  /** Resolves when the response begins; never, for a function that does not stream. */
  get begun(): Promise<void> {
    return this.#begun.promise;
  }

  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  get contentType(): string | undefined {
    return this.#contentType;
  }

  begin(contentType: string | undefined): void {
    this.#contentType = contentType;
    this.#hasBegun = true;
    this.#begun.resolve();
  }

  write(bytes: Uint8Array): boolean {
    if (this.#isUnread) return true;
    this.#queue.push(bytes);
    this.#queuedBytes += bytes.length;
    this.#wakeReader();
    return this.#queuedBytes < HIGH_WATER_BYTES;
  }

  whenReady(resume: () => void): void {
    if (this.#isUnread || this.#queuedBytes < HIGH_WATER_BYTES) resume();
    else this.#wakeWriters.push(resume);
  }

  /** There will be no more. */
  end(): void {
    this.#hasEnded = true;
    this.#wakeReader();
  }

  /** Nobody reads any more: the function runs on, and what it writes is forgotten. */
  discard(): void {
    this.#isUnread = true;
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#resumeWriters();
    this.#wakeReader();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        for (let bytes = this.#take(); bytes !== undefined; bytes = this.#take()) yield bytes;
        if (this.#hasEnded || this.#isUnread) return;
        await new Promise<void>((resolve) => {
          this.#wakeReader = resolve;
        });
      }
    } finally {
      this.discard();
    }
  }

  #take(): Uint8Array | undefined {
    const bytes = this.#queue.shift();
    if (bytes === undefined) return undefined;
    this.#queuedBytes -= bytes.length;
    if (this.#queuedBytes < HIGH_WATER_BYTES) this.#resumeWriters();
    return bytes;
  }

  #resumeWriters(): void {
    const waiting = this.#wakeWriters;
    if (waiting.length === 0) return;
    this.#wakeWriters = [];
    for (const resume of waiting) resume();
  }
}
