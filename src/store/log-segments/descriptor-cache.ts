import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

interface Entry {
  readonly handle: Promise<FileHandle>;
  users: number;
}

/**
 * Files open for appending, the most recently used ones only: thousands of streams must not cost thousands of
 * descriptors, and a busy stream must not pay for opening its file at every write.
 */
export class DescriptorCache {
  readonly #capacity: number;
  /** In order of last use. */
  readonly #entries = new Map<string, Entry>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Runs `task` with the file open for appending; creates the file and its directory when they are missing. */
  async use<T>(path: string, task: (file: FileHandle) => Promise<T>): Promise<T> {
    const entry = this.#entries.get(path) ?? { handle: openForAppend(path), users: 0 };
    this.#entries.delete(path);
    this.#entries.set(path, entry);
    entry.users += 1;
    try {
      return await task(await entry.handle);
    } catch (error) {
      if (this.#entries.get(path) === entry) this.#entries.delete(path);
      void closeQuietly(entry);
      throw error;
    } finally {
      entry.users -= 1;
      this.#evict();
    }
  }

  /** Closes a file that will not be written again. Not while it is in use. */
  async close(path: string): Promise<void> {
    const entry = this.#entries.get(path);
    if (entry === undefined) return;
    this.#entries.delete(path);
    await closeQuietly(entry);
  }

  async closeAll(): Promise<void> {
    const entries = [...this.#entries.values()];
    this.#entries.clear();
    await Promise.all(entries.map(closeQuietly));
  }

  #evict(): void {
    if (this.#entries.size <= this.#capacity) return;
    for (const [path, entry] of this.#entries) {
      if (entry.users > 0) continue;
      this.#entries.delete(path);
      void closeQuietly(entry);
      if (this.#entries.size <= this.#capacity) return;
    }
  }
}

async function openForAppend(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'a');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await mkdir(dirname(path), { recursive: true });
    return open(path, 'a');
  }
}

async function closeQuietly(entry: Entry): Promise<void> {
  // A file that could not be opened or closed has already failed the write that needed it.
  await entry.handle.then((file) => file.close()).catch(() => undefined);
}
