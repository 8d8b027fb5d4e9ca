import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { type FileHandle, link, mkdir, open, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { syncDirectory } from './durable-file.ts';
import { ObjectFileWriter } from './object-file-writer.ts';
import { reasonOf } from './store-unavailable.ts';

interface ObjectFilesOptions {
  readonly directory: string;
  /** Names this platform among those that may share the directory; the same after a restart. */
  readonly owner: string;
  /** Sync files and directories to disk. */
  readonly durable: boolean;
  readonly onWarning: (message: string) => void;
}

/**
 * Files of any size, by ids that are never used twice: `<directory>/ab/<id>`. While no committed row names a file it has
 * a second name in `incoming/<owner>`, so that the next start finds what a crash has left without looking at the rest.
 */
export class ObjectFiles {
  readonly #options: ObjectFilesOptions;
  readonly #incoming: string;
  readonly #folders = new Map<string, Promise<void>>();
  /** Readers under way. What is taken away meanwhile goes when the last has ended. */
  readonly #readers = new Map<string, number>();
  readonly #afterReaders = new Map<string, (() => void)[]>();

  constructor(options: ObjectFilesOptions) {
    this.#options = options;
    this.#incoming = join(options.directory, 'incoming', options.owner);
    mkdirSync(this.#incoming, { recursive: true });
  }

  /** A file to write. It has to be kept or abandoned. */
  async create(): Promise<ObjectFileWriter> {
    const id = randomUUID();
    const handle = await open(join(this.#incoming, id), 'wx', 0o600);
    return new ObjectFileWriter(id, handle);
  }

  /** Puts what was written on disk under its id. The row that names it must follow, then `settle`. */
  async keep(writer: ObjectFileWriter): Promise<void> {
    const { durable } = this.#options;
    await writer.finish(durable);
    await this.#makeFolder(writer.id);
    await link(join(this.#incoming, writer.id), this.#path(writer.id));
    if (durable) await syncDirectory(this.#folder(writer.id));
  }

  /** A row that names the file is committed. */
  async settle(id: string): Promise<void> {
    await this.#remove(join(this.#incoming, id));
  }

  /** Nothing will name the file, however far its writing has come. */
  async abandon(writer: ObjectFileWriter): Promise<void> {
    await writer.close();
    await this.forget(writer.id);
  }

  /** Takes away a file that no row names, by both of its names. */
  async forget(id: string): Promise<void> {
    await this.#remove(this.#path(id));
    await this.#remove(join(this.#incoming, id));
  }

  /** @throws ENOENT when there is no such file */
  async open(id: string): Promise<FileHandle> {
    return await open(this.#path(id), 'r');
  }

  /** Keeps a content's files on disk until the function that is returned is called. @param name any name its reader and remover share */
  hold(name: string): () => void {
    this.#readers.set(name, (this.#readers.get(name) ?? 0) + 1);
    return () => {
      const left = (this.#readers.get(name) ?? 1) - 1;
      if (left > 0) return void this.#readers.set(name, left);
      this.#readers.delete(name);
      for (const proceed of this.#afterReaders.get(name) ?? []) proceed();
      this.#afterReaders.delete(name);
    };
  }

  /** Resolves when nobody here reads what has this name. */
  async unread(name: string): Promise<void> {
    if (!this.#readers.has(name)) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#afterReaders.set(name, [...(this.#afterReaders.get(name) ?? []), resolve]);
    await promise;
  }

  /** Takes a file away that no row names any more. */
  async remove(id: string): Promise<void> {
    await this.#remove(this.#path(id));
  }

  /** At the start: files that were being written when this platform ended, by their ids. */
  async leftOver(): Promise<readonly string[]> {
    return await readdir(this.#incoming);
  }

  #path(id: string): string {
    return join(this.#folder(id), id);
  }

  #folder(id: string): string {
    return join(this.#options.directory, id.slice(0, 2));
  }

  async #makeFolder(id: string): Promise<void> {
    const folder = this.#folder(id);
    const making = this.#folders.get(folder) ?? this.#newFolder(folder);
    this.#folders.set(folder, making);
    await making;
  }

  async #newFolder(folder: string): Promise<void> {
    const created = await mkdir(folder, { recursive: true });
    if (created !== undefined && this.#options.durable) await syncDirectory(this.#options.directory);
  }

  async #remove(path: string): Promise<void> {
    try {
      await unlink(path);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
      this.#options.onWarning(`Cannot remove ${path}: ${reasonOf(error)}.`);
    }
  }
}
