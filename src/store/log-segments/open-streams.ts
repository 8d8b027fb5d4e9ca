import { forEachConcurrently } from './concurrently.ts';
import type { LogLimits } from './log-limits.ts';
import { type FilesOnDisk, RememberedFiles } from './remembered-files.ts';
import type { StreamLog } from './stream-log.ts';

/** Makes the object of a stream, of which nothing may be known. */
type Make = (directory: string, known: FilesOnDisk | undefined) => StreamLog;

/** Streams that have their objects until the end of a block. */
interface HeldStreams extends Disposable {
  readonly logs: readonly StreamLog[];
  /** Resolves when all that was appended before is in their files. */
  settle(): Promise<void>;
}

/** Streams in use, one object for each. Of those that are not, what is on disk is remembered for a while. */
export class OpenStreams {
  readonly #make: Make;
  readonly #logs = new Map<string, StreamLog>();
  readonly #remembered: RememberedFiles;
  readonly #mostIdle: number;
  #sweepAt: number;

  constructor({ rememberedBytes, idleStreams }: LogLimits, make: Make) {
    this.#make = make;
    this.#remembered = new RememberedFiles(rememberedBytes);
    this.#mostIdle = idleStreams;
    this.#sweepAt = idleStreams;
  }

  /** In memory, whether with objects of their own or remembered only. */
  get counts(): { readonly open: number; readonly remembered: number } {
    return { open: this.#logs.size, remembered: this.#remembered.size };
  }

  /** The object of a stream that has one. */
  get(directory: string): StreamLog | undefined {
    return this.#logs.get(directory);
  }

  open(directory: string): StreamLog {
    const open = this.#logs.get(directory);
    if (open !== undefined) return open;
    const log = this.#make(directory, this.#remembered.take(directory));
    this.add(directory, log);
    return log;
  }

  /** What is known of a stream that nobody uses: nothing is on its way into it. */
  known(directory: string): FilesOnDisk | undefined {
    return this.#remembered.look(directory);
  }

  takeKnown(directory: string): FilesOnDisk | undefined {
    return this.#remembered.take(directory);
  }

  add(directory: string, log: StreamLog): void {
    if (this.#logs.size >= this.#sweepAt) this.#sweep();
    this.#logs.set(directory, log);
  }

  /** Streams that nobody forgets before the end of the block. */
  hold(directories: readonly string[]): HeldStreams {
    const logs = directories.map((directory) => {
      const log = this.open(directory);
      log.hold();
      return log;
    });
    return {
      logs,
      settle: async () => await forEachConcurrently(logs, async (log) => await log.settle()),
      [Symbol.dispose]: () => {
        for (const [index, log] of logs.entries()) {
          log.letGo();
          this.#forgetIdle(directories[index] ?? '', log);
        }
      },
    };
  }

  delete(directory: string): void {
    this.#logs.delete(directory);
  }

  discardAll(): void {
    for (const log of this.#logs.values()) log.discard();
    this.#logs.clear();
    this.#remembered.clear();
  }

  #sweep(): void {
    for (const [directory, log] of this.#logs) this.#forgetIdle(directory, log);
    this.#sweepAt = 2 * this.#logs.size + this.#mostIdle;
  }

  #forgetIdle(directory: string, log: StreamLog): void {
    if (!log.isForgettable || this.#logs.get(directory) !== log) return;
    this.#logs.delete(directory);
    const known = log.files?.known;
    if (known !== undefined) this.#remembered.keep(directory, known);
    // Whoever still appends to it asks for another one: there must not be two that write.
    log.discard();
  }
}
