import type { Kysely, Transaction } from 'kysely';
import type { BackupWatch } from './backup-watch.ts';
import type { BlobStore } from './blob-store.ts';
import type { Change, ChangeFeed } from './change-feed.ts';
import type { Database } from './schema.ts';
import type { SharedChanges } from './shared-changes.ts';

/**
 * The platform's durable state, on the embedded SQLite or on PostgreSQL: one query layer, the same semantics.
 * Services only write here; the change feed wakes whoever has to act on a change.
 */
export interface Store {
  readonly engine: 'sqlite' | 'postgres';
  /** For reads of what is committed; a write through it is refused. */
  readonly db: Kysely<Database>;
  readonly blobs: BlobStore;
  readonly changes: ChangeFeed;
  /** To be asked before files are taken away that rows have named. */
  readonly backups: Pick<BackupWatch, 'putsOff'>;
  /** What other platforms on the same database write; undefined on the embedded one. */
  readonly others?: Pick<SharedChanges, 'follow' | 'catchUp' | 'heard'> | undefined;
  /**
   * Runs `work` in one transaction. When the promise resolves the effect is on disk (fsync) and every change that
   * `announce` named has been delivered to the feed's listeners, in order: the writer reads its own writes.
   * When `work` throws nothing is changed and nothing announced. A statement that fails fails the whole write, even
   * when its error is caught: use `onConflict` where a row may be there already.
   *
   * On PostgreSQL `work` runs again from its start when the database ended its transaction in favour of another
   * platform's: what it changes outside the database has to bear that.
   *
   * Writes run one after the other and share commits, so `work` should wait for nothing but the database. A write
   * inside a write is refused.
   */
  write<T>(work: (tx: Transaction<Database>, announce: (change: Change) => void) => Promise<T>): Promise<T>;
  /**
   * A write that waits for no other one and that none waits for, on a connection of its own. What it changes is nobody
   * else's to change, and it announces nothing.
   */
  writeApart<T>(work: (tx: Transaction<Database>) => Promise<T>): Promise<T>;
  /**
   * Empties every table but those of platforms' shares and of the store's own keys, and removes every blob
   * (`POST /_lambent/reset`). Migrations stay, and what has still to be taken away from the disk.
   * @param before runs first, in the same transaction
   */
  reset(before?: (tx: Transaction<Database>) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}
