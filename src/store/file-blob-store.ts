import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Kysely, Transaction } from 'kysely';
import type { BackupWatch } from './backup-watch.ts';
import { claimBlobs } from './blob-owner.ts';
import { ABANDONED_AFTER_MS, BlobPins } from './blob-pins.ts';
import { BlobRemoval } from './blob-removal.ts';
import { type BlobStore, MissingBlob } from './blob-store.ts';
import { sha256Of } from './content-digest.ts';
import { writeFileDurably } from './durable-file.ts';
import type { Database } from './schema.ts';
import { SharedBlobs } from './shared-blobs.ts';

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
  readonly backups: Pick<BackupWatch, 'putsOff'>;
  readonly onWarning: (message: string) => void;
}

/** Blobs as files: `<directory>/ab/<sha256>`. A row in `blobs` exists exactly as long as there is a reference. */
export class FileBlobStore implements BlobStore {
  readonly #options: FileBlobStoreOptions;
  readonly #temporary: string;
  readonly #pins = new BlobPins();
  readonly #shared: SharedBlobs | undefined;
  /** Puts under way, by content. */
  readonly #putting = new Map<string, Promise<void>>();
  readonly #removal: BlobRemoval;

  constructor(options: FileBlobStoreOptions) {
    this.#options = options;
    this.#shared = options.isShared ? new SharedBlobs(options.write) : undefined;
    this.#temporary = join(options.directory, 'tmp');
    mkdirSync(this.#temporary, { recursive: true });
    this.#removal = new BlobRemoval({
      ...options,
      temporary: this.#temporary,
      file: (sha256) => this.#file(sha256),
      pins: this.#pins,
      shared: this.#shared,
    });
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
    if (numDeletedRows > 0n) this.#options.afterCommit(tx, () => this.#removal.collect([sha256]));
  }

  /** Takes away every file that nobody needs: after a reset, and at the start what a crash left. */
  async sweep(): Promise<void> {
    await claimBlobs(this.#options);
    for (const name of await readdir(this.#temporary))
      if (await this.#isLeftOver(name)) this.#removal.remove(join(this.#temporary, name));
    const present = await this.#present();
    await this.#removal.collect(present);
    await this.#warnOfMissing(new Set(present));
  }

  /** Forgets puts that have no reference yet. */
  async clear(): Promise<void> {
    this.#pins.clear();
    await this.#removal.collect(await this.#present());
  }

  /** Puts nothing more: what has no reference by now gets none. */
  async letGo(): Promise<void> {
    await this.#shared?.unpinAll();
  }

  /** Resolves when what was taken away is gone from the disk. */
  async settled(): Promise<void> {
    await this.#removal.settled();
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
    if (abandoned.length > 0) await this.#removal.collect(abandoned);
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
