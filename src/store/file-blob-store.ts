import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Kysely, Transaction } from 'kysely';
import { claimBlobs } from './blob-owner.ts';
import { type BlobStore, MissingBlob } from './blob-store.ts';
import { ABANDONED_AFTER_MS, BlobPins } from './blob-pins.ts';
import { sha256Of } from './content-digest.ts';
import { writeFileDurably } from './durable-file.ts';
import type { Database } from './schema.ts';
import { SharedBlobs } from './shared-blobs.ts';
import { reasonOf } from './store-unavailable.ts';

/** Files of one write that takes them away, where other platforms have to wait for it. */
const CHUNK = 100;
const SHA256_HEX = /^[0-9a-f]{64}$/;

export interface FileBlobStoreOptions {
  readonly directory: string;
  /** Sync files and directories to disk. */
  readonly durable: boolean;
  /** Other platforms may use the directory too: those on the same database have to. */
  readonly isShared: boolean;
  readonly db: Kysely<Database>;
  /** Runs `task` after the commit of the write that `tx` belongs to. */
  readonly afterCommit: (tx: Transaction<Database>, task: () => Promise<void>) => void;
  /** `Store.write`: while its work runs no other write does. */
  readonly write: <T>(work: (tx: Transaction<Database>) => Promise<T>) => Promise<T>;
  readonly onWarning: (message: string) => void;
}

/**
 * Blobs as files: `<directory>/ab/<sha256>`. A row in `blobs` exists exactly as long as there is a reference.
 *
 * A file is taken away only inside a write, when there is neither row nor pin. Nobody can commit a reference
 * meanwhile, and a later reference needs a pin, hence a put that finds the file gone and writes it again.
 */
export class FileBlobStore implements BlobStore {
  readonly #options: FileBlobStoreOptions;
  readonly #temporary: string;
  readonly #pins = new BlobPins();
  readonly #shared: SharedBlobs | undefined;
  /** Puts under way, by content. */
  readonly #putting = new Map<string, Promise<void>>();
  readonly #removals = new Set<Promise<void>>();

  constructor(options: FileBlobStoreOptions) {
    this.#options = options;
    this.#shared = options.isShared ? new SharedBlobs(options.write) : undefined;
    this.#temporary = join(options.directory, 'tmp');
    mkdirSync(this.#temporary, { recursive: true });
  }

  async put(content: Uint8Array): Promise<string> {
    const sha256 = await sha256Of(content);
    this.#pins.add(sha256, content.byteLength);
    await this.#shared?.pin(sha256);
    // A second put must not return before the first one's content is safe.
    let putting = this.#putting.get(sha256);
    if (putting === undefined) {
      putting = this.#store(sha256, content).finally(() => this.#putting.delete(sha256));
      this.#putting.set(sha256, putting);
    }
    await putting;
    void this.#dropAbandonedPins();
    return sha256;
  }

  path(sha256: string): string {
    const file = this.#file(sha256);
    if (!existsSync(file)) throw new MissingBlob(this.#absence(sha256));
    return file;
  }

  async read(sha256: string): Promise<Uint8Array> {
    const [content, row] = await Promise.all([
      readFile(this.path(sha256)),
      this.#options.db.selectFrom('blobs').select('size').where('sha256', '=', sha256).executeTakeFirst(),
    ]);
    const size = row?.size ?? this.#pins.find(sha256)?.size;
    if (size !== undefined && size !== content.byteLength) {
      throw new Error(
        `The blob ${sha256} is damaged: ${content.byteLength} bytes on disk, ${size} expected.`,
      );
    }
    return content;
  }

  async reference(tx: Transaction<Database>, sha256: string, owner: string): Promise<void> {
    await this.#shared?.shareLock(tx, sha256);
    const pin = this.#pins.find(sha256);
    if (pin === undefined) {
      const row = await tx
        .selectFrom('blobs')
        .select('sha256')
        .where('sha256', '=', sha256)
        .executeTakeFirst();
      if (row === undefined) throw new MissingBlob(`There is no blob ${sha256} to refer to: put it first.`);
    } else {
      await tx
        .insertInto('blobs')
        .values({ sha256, size: pin.size })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      if (pin.count === 1) await this.#shared?.unpin(tx, sha256);
      this.#options.afterCommit(tx, async () => this.#pins.remove(sha256));
    }
    await tx
      .insertInto('blob_references')
      .values({ sha256, owner })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }

  async release(tx: Transaction<Database>, sha256: string, owner: string): Promise<void> {
    await this.#shared?.takeLock(tx, sha256);
    await tx.deleteFrom('blob_references').where('sha256', '=', sha256).where('owner', '=', owner).execute();
    const { numDeletedRows } = await tx
      .deleteFrom('blobs')
      .where('sha256', '=', sha256)
      .where((row) =>
        row.not(row.exists(row.selectFrom('blob_references').select('owner').where('sha256', '=', sha256))),
      )
      .executeTakeFirst();
    if (numDeletedRows > 0n) this.#options.afterCommit(tx, () => this.#collect([sha256]));
  }

  /** Takes away every file that nobody needs: after a reset, and at the start what a crash left. */
  async sweep(): Promise<void> {
    await claimBlobs(this.#options);
    for (const name of await readdir(this.#temporary))
      if (await this.#isLeftOver(name)) this.#remove(join(this.#temporary, name));
    const present = await this.#present();
    await this.#collect(present);
    await this.#warnOfMissing(new Set(present));
  }

  /** Forgets puts that have no reference yet. */
  async clear(): Promise<void> {
    this.#pins.clear();
    await this.#collect(await this.#present());
  }

  /** Puts nothing more: what has no reference by now gets none. */
  async letGo(): Promise<void> {
    await this.#shared?.unpinAll();
  }

  /** Resolves when what was taken away is gone from the disk. */
  async settled(): Promise<void> {
    await Promise.all(this.#removals);
  }

  /** What others are just writing is not. */
  async #isLeftOver(temporary: string): Promise<boolean> {
    if (this.#shared === undefined) return true;
    const found = await stat(join(this.#temporary, temporary)).catch(() => undefined);
    return found !== undefined && Date.now() - found.mtimeMs > ABANDONED_AFTER_MS;
  }

  #absence(sha256: string): string {
    const { directory, isShared } = this.#options;
    return isShared
      ? `There is no blob ${sha256} in ${directory}, which platforms on one database have to share.`
      : `There is no blob ${sha256}.`;
  }

  #file(sha256: string): string {
    // The name comes from rows and callers: nothing else may become a path.
    if (!SHA256_HEX.test(sha256))
      throw new Error('Not the name of a blob: 64 lower-case hex digits are expected.');
    return join(this.#options.directory, sha256.slice(0, 2), sha256);
  }

  async #store(sha256: string, content: Uint8Array): Promise<void> {
    const file = this.#file(sha256);
    // One that was damaged on disk is mended by whoever brings it again.
    if (existsSync(file) && (await readFile(file)).equals(content)) return;
    const temporary = join(this.#temporary, randomUUID());
    await writeFileDurably(file, content, { temporary, durable: this.#options.durable });
  }

  async #dropAbandonedPins(): Promise<void> {
    const abandoned = this.#pins.dropAbandoned();
    if (abandoned.length > 0) await this.#collect(abandoned);
  }

  /** Takes away those of the files that have neither row nor pin. Never throws: a file too many does no harm. */
  async #collect(candidates: readonly string[]): Promise<void> {
    try {
      const size = this.#shared === undefined ? Infinity : CHUNK;
      for (let from = 0; from < candidates.length; from += size)
        await this.#collectSome(candidates.slice(from, from + size));
    } catch (error) {
      this.#options.onWarning(
        `Blobs that are no longer needed stay on disk until the next start: ${reasonOf(error)}.`,
      );
    }
  }

  async #collectSome(candidates: readonly string[]): Promise<void> {
    await this.#options.write(async (tx) => {
      const pinned = await this.#shared?.pinnedElsewhere(tx, candidates);
      const query = tx.selectFrom('blobs').select('sha256');
      const isFew = candidates.length <= CHUNK;
      const rows = await (isFew ? query.where('sha256', 'in', candidates) : query).execute();
      const needed = new Set(rows.map((row) => row.sha256));
      for (const sha256 of candidates) {
        const isPinned = this.#pins.find(sha256) !== undefined || pinned?.has(sha256) === true;
        if (!needed.has(sha256) && !isPinned) this.#takeAway(sha256);
      }
    });
  }

  /** At once out of sight, so that a put sees it gone; the disk space follows. */
  #takeAway(sha256: string): void {
    const file = this.#file(sha256);
    if (!existsSync(file)) return;
    const doomed = join(this.#temporary, randomUUID());
    renameSync(file, doomed);
    this.#remove(doomed);
  }

  #remove(path: string): void {
    const removal: Promise<void> = rm(path, { recursive: true, force: true })
      .catch((error: unknown) => this.#options.onWarning(`Cannot remove ${path}: ${reasonOf(error)}.`))
      .finally(() => this.#removals.delete(removal));
    this.#removals.add(removal);
  }

  async #present(): Promise<string[]> {
    const { directory } = this.#options;
    const entries = await readdir(directory, { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory() && entry.name.length === 2);
    const names = await Promise.all(folders.map(({ name }) => readdir(join(directory, name))));
    return names.flat().filter((name) => SHA256_HEX.test(name));
  }

  async #warnOfMissing(present: ReadonlySet<string>): Promise<void> {
    const rows = await this.#options.db.selectFrom('blobs').select('sha256').execute();
    const missing = rows.filter((row) => !present.has(row.sha256));
    if (missing.length === 0) return;
    this.#options.onWarning(
      `${missing.length} files are missing in ${this.#options.directory} (${missing[0]?.sha256}, ...): the functions that need them will not start.`,
    );
  }
}
