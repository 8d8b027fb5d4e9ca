import type { Transaction } from 'kysely';
import type { Database } from './schema.ts';
import type { Store } from './store.ts';

interface Waiting<Entry, Result> {
  readonly entry: Entry;
  readonly done: PromiseWithResolvers<Result>;
}

interface BatchedWritesOptions<Entry, Result> {
  readonly store: Store;
  /** Characters an entry holds in memory. */
  readonly size: (entry: Entry) => number;
  /** Writes a batch and answers each entry in its place. May run twice, as `Store.write` may. */
  readonly write: (tx: Transaction<Database>, entries: readonly Entry[]) => Promise<readonly Result[]>;
}

const MOST_ENTRIES = 512;
/** A batch of large entries is cut short: its statements are held in memory whole. */
const MOST_CHARACTERS = 8_388_608;

/**
 * Writes entries in batches: what is asked for while one batch goes to disk makes up the next one, so the cost of a
 * transaction and of its wait for the disk is shared by all who wait.
 */
export class BatchedWrites<Entry, Result> {
  readonly #options: BatchedWritesOptions<Entry, Result>;
  #waiting: Waiting<Entry, Result>[] = [];
  #isWriting = false;

  constructor(options: BatchedWritesOptions<Entry, Result>) {
    this.#options = options;
  }

  /** Resolves when the entry is on disk. */
  async add(entry: Entry): Promise<Result> {
    const done = Promise.withResolvers<Result>();
    this.#waiting.push({ entry, done });
    if (!this.#isWriting) void this.#writeAll();
    return await done.promise;
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) await this.#writeBatch();
    this.#isWriting = false;
  }

  async #writeBatch(): Promise<void> {
    let batch: Waiting<Entry, Result>[] | undefined;
    try {
      const results = await this.#options.store.write(async (tx) => {
        // Taken when its turn has come: who arrived meanwhile comes along. A write may run twice.
        batch ??= this.#take();
        return await this.#options.write(
          tx,
          batch.map(({ entry }) => entry),
        );
      });
      batch?.forEach(({ done }, index) => done.resolve(results[index] as Result));
    } catch (error) {
      for (const { done } of batch ?? this.#take()) done.reject(error);
    }
  }

  #take(): Waiting<Entry, Result>[] {
    let characters = 0;
    let count = 0;
    for (const { entry } of this.#waiting) {
      characters += this.#options.size(entry);
      if (count === MOST_ENTRIES || (count > 0 && characters > MOST_CHARACTERS)) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }
}
