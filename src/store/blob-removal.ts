import { randomUUID } from 'node:crypto';
import { existsSync, renameSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Kysely, Transaction } from 'kysely';
import type { BackupWatch } from './backup-watch.ts';
import type { BlobPins } from './blob-pins.ts';
import type { Database } from './schema.ts';
import type { SharedBlobs } from './shared-blobs.ts';
import { reasonOf } from './store-unavailable.ts';

/** Files of one write that takes them away, where other platforms have to wait for it. */
const CHUNK = 100;

interface BlobRemovalOptions {
  /** For files that are out of sight already. */
  readonly temporary: string;
  readonly file: (sha256: string) => string;
  readonly pins: BlobPins;
  readonly shared: SharedBlobs | undefined;
  readonly db: Kysely<Database>;
  readonly write: <T>(work: (tx: Transaction<Database>) => Promise<T>) => Promise<T>;
  readonly backups: Pick<BackupWatch, 'putsOff'>;
  readonly onWarning: (message: string) => void;
}

/**
 * Takes blobs away inside a write, when there is neither row nor pin. Nobody can commit a reference meanwhile, and a later
 * reference needs a pin, hence a put that finds the file gone and writes it again.
 */
export class BlobRemoval {
  readonly #options: BlobRemovalOptions;
  readonly #removals = new Set<Promise<void>>();
  /** What a backup that is being made may still copy. */
  readonly #putOff = new Set<string>();

  constructor(options: BlobRemovalOptions) {
    this.#options = options;
  }

  /** Takes away those of the files that have neither row nor pin. Never throws: a file too many does no harm. */
  async collect(candidates: readonly string[]): Promise<void> {
    try {
      const size = this.#options.shared === undefined ? Infinity : CHUNK;
      for (let from = 0; from < candidates.length; from += size)
        await this.#collectSome(candidates.slice(from, from + size));
    } catch (error) {
      this.#options.onWarning(
        `Blobs that are no longer needed stay on disk until the next start: ${reasonOf(error)}.`,
      );
    }
  }

  remove(path: string): void {
    const removal: Promise<void> = rm(path, { recursive: true, force: true })
      .catch((error: unknown) => this.#options.onWarning(`Cannot remove ${path}: ${reasonOf(error)}.`))
      .finally(() => this.#removals.delete(removal));
    this.#removals.add(removal);
  }

  /** Resolves when what was taken away is gone from the disk. */
  async settled(): Promise<void> {
    await Promise.all(this.#removals);
  }

  async #collectSome(candidates: readonly string[]): Promise<void> {
    const { write, db, shared, pins, file, backups } = this.#options;
    await write(async (tx) => {
      const pinned = await shared?.pinnedElsewhere(tx, candidates);
      // Rows that are gone for this write alone may come back, when what it is committed with fails.
      const [here, committed] = [await named(tx, candidates), await named(db, candidates)];
      const isFree = (sha256: string): boolean =>
        !here.has(sha256) &&
        !committed.has(sha256) &&
        pins.find(sha256) === undefined &&
        pinned?.has(sha256) !== true &&
        existsSync(file(sha256));
      const free = candidates.filter(isFree);
      if (free.length === 0) return;
      if (await backups.putsOff(this.#again)) for (const sha256 of free) this.#putOff.add(sha256);
      // Once more: a put may have found a file meanwhile.
      else for (const sha256 of free.filter(isFree)) this.#takeAway(sha256);
    });
  }

  readonly #again = (): void => {
    const candidates = [...this.#putOff];
    this.#putOff.clear();
    void this.collect(candidates);
  };

  /** At once out of sight, so that a put sees it gone; the disk space follows. */
  #takeAway(sha256: string): void {
    const doomed = join(this.#options.temporary, randomUUID());
    renameSync(this.#options.file(sha256), doomed);
    this.remove(doomed);
  }
}

/** Those that have a row; of many candidates all that there are. */
async function named(
  db: Pick<Kysely<Database>, 'selectFrom'>,
  candidates: readonly string[],
): Promise<ReadonlySet<string>> {
  const query = db.selectFrom('blobs').select('sha256');
  const isFew = candidates.length <= CHUNK;
  const rows = await (isFew ? query.where('sha256', 'in', candidates) : query).execute();
  return new Set(rows.map((row) => row.sha256));
}
