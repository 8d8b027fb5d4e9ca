import { constants, type Dirent } from 'node:fs';
import { chmod, copyFile, mkdir, open, readdir, readlink, rm, stat, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { syncDirectory } from '../../store/durable-file.ts';
import { forEachConcurrently } from '../../store/log-segments/concurrently.ts';
import type { NamedFile } from './named-files.ts';
import type { Progress } from './progress.ts';

/** Locks, caches, what is being written, and databases: a copy of one in the midst of a write would be worth nothing. */
const LEFT_OUT =
  /^(?:lambent\.(?:db|dump|lock|pid|backup).*|code(?:\.old-.*)?|cache|scratch|workers|logs\..*|blobs\/tmp|objects\/incoming)$/;
/** Folders of files that rows name, each in one named after its first two characters. */
const OF_ROWS = ['blobs', 'objects'];
const SHARD = /^[0-9a-f]{2}$/;
/** Log events that are still being added to: the file gets another name when it is full, which begins alike. */
const OPEN_LOG = /^(\d+)\.open$/;

/** Copies files of a data directory, each to the disk itself. */
export class FileCopier {
  readonly #from: string;
  readonly #to: string;
  readonly #progress: Progress;
  readonly #signal: AbortSignal;

  constructor(from: string, to: string, progress: Progress, signal: AbortSignal) {
    this.#from = from;
    this.#to = to;
    this.#progress = progress;
    this.#signal = signal;
  }

  /** Most of what rows will name once the database is copied, so that little is to be done between it and the rest. */
  async copyAhead(): Promise<void> {
    for (const folder of OF_ROWS) {
      const found = await stat(join(this.#from, folder)).catch(gone(undefined));
      if (found?.isDirectory() === true) await this.#copyWithin(folder, found.mode);
    }
  }

  /** @returns those that are not there, or not as they should be */
  async copyNamed(files: readonly NamedFile[]): Promise<readonly string[]> {
    const missing: string[] = [];
    await this.#forEach(files, async ({ path, size }) => {
      if ((await sizeOf(join(this.#to, path))) === size) return;
      await mkdir(dirname(join(this.#to, path)), { recursive: true });
      await this.#copyFile(path);
      if ((await sizeOf(join(this.#to, path))) !== size) missing.push(path);
    });
    return missing.sort();
  }

  /** Log events, as far as they are on disk, and what else there is; no files of rows. */
  async copyRest(): Promise<void> {
    await this.#copyFolder('', OF_ROWS);
    // What is not of rows in those: which database they belong to.
    await this.#copyFile(join('blobs', 'store-id'));
  }

  /** Takes away copies that no row names: those that were deleted before the database was copied. */
  async dropUnnamed(files: readonly NamedFile[]): Promise<void> {
    const named = new Set(files.map(({ path }) => basename(path)));
    for (const folder of OF_ROWS)
      for (const shard of await namesIn(join(this.#to, folder))) {
        if (!SHARD.test(shard.name)) continue;
        for (const { name } of await namesIn(join(this.#to, folder, shard.name)))
          if (!named.has(name)) await rm(join(this.#to, folder, shard.name, name), { force: true });
      }
  }

  /** Puts the names of all that was copied on disk: until then a power cut may take whole files. */
  async syncNames(): Promise<{ files: number; bytes: number }> {
    const total = { files: 0, bytes: 0 };
    const entries = await readdir(this.#to, { recursive: true, withFileTypes: true });
    await this.#forEach(entries, async (entry) => {
      const path = join(entry.parentPath, entry.name);
      if (entry.isDirectory()) await syncDirectory(path);
      if (!entry.isFile()) return;
      const { size } = await stat(path);
      total.files += 1;
      total.bytes += size;
    });
    await this.syncFolder();
    return total;
  }

  async syncFolder(): Promise<void> {
    await syncDirectory(this.#to);
    await syncDirectory(dirname(this.#to));
  }

  /** Files a few at a time, folders one after the other. */
  async #copyFolder(folder: string, leftOut: readonly string[] = []): Promise<void> {
    const inside: { readonly name: string; readonly mode: number }[] = [];
    await this.#forEach(await namesIn(join(this.#from, folder)), async (entry) => {
      const name = join(folder, entry.name);
      if (LEFT_OUT.test(name) || leftOut.includes(name)) return;
      // Platforms may share folders by links. Any other link is part of a runtime.
      if (entry.isSymbolicLink() && folder !== '')
        return await copyLink(join(this.#from, name), join(this.#to, name));
      const found = await stat(join(this.#from, name)).catch(gone(undefined));
      if (found?.isDirectory() === true) inside.push({ name, mode: found.mode });
      else if (found?.isFile() === true) await this.#copyFile(name);
    });
    for (const { name, mode } of inside) await this.#copyWithin(name, mode);
  }

  async #copyWithin(folder: string, mode: number): Promise<void> {
    await mkdir(join(this.#to, folder), { recursive: true });
    await this.#copyFolder(folder);
    await chmod(join(this.#to, folder), mode & 0o777);
  }

  async #copyFile(name: string): Promise<void> {
    const to = join(this.#to, name);
    try {
      await copyFile(join(this.#from, name), to, constants.COPYFILE_FICLONE);
    } catch (error) {
      gone(undefined)(error as NodeJS.ErrnoException);
      const [, start] = OPEN_LOG.exec(basename(name)) ?? [];
      if (start === undefined) return;
      const now = await namesIn(join(this.#from, dirname(name)));
      const sealed = now.find((entry) => entry.name.startsWith(`${start}-`));
      if (sealed !== undefined) await this.#copyFile(join(dirname(name), sealed.name));
      return;
    }
    const file = await open(to, 'r');
    try {
      await file.sync();
      this.#progress.copied((await file.stat()).size);
    } finally {
      await file.close();
    }
  }

  /** When it ends nothing is under way any more, whether it has gone well or not. */
  async #forEach<T>(items: readonly T[], task: (item: T) => Promise<void>): Promise<void> {
    const failures: unknown[] = [];
    await forEachConcurrently(items, async (item) => {
      if (failures.length > 0) return;
      try {
        this.#signal.throwIfAborted();
        await task(item);
      } catch (error) {
        failures.push(error);
      }
    });
    if (failures.length > 0) throw failures[0];
  }
}

async function namesIn(folder: string): Promise<Dirent[]> {
  return await readdir(folder, { withFileTypes: true }).catch(gone<Dirent[]>([]));
}

async function copyLink(from: string, to: string): Promise<void> {
  const target = await readlink(from).catch(gone(undefined));
  if (target !== undefined) await symlink(target, to);
}

async function sizeOf(path: string): Promise<number | undefined> {
  return (await stat(path).catch(gone(undefined)))?.size;
}

/** What was deleted since its folder was read. */
function gone<T>(instead: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === 'ENOENT') return instead;
    throw error;
  };
}
