import { randomUUID } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import { ABANDONED_AFTER_MS } from './blob-pins.ts';
import { databaseTime } from './database-time.ts';
import type { Database } from './schema.ts';

type Tx = Transaction<Database>;

/**
 * Keeps platforms that share a directory of blobs from taking away what another one is about to refer to. What is put
 * is pinned in the database first; who takes something away, or gives up the last reference to it, has its lock alone while
 * all who pin it or refer to it share that.
 */
export class SharedBlobs {
  readonly #write: <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;
  /** This run: pins of one that was killed lapse. */
  readonly #platform = randomUUID();

  /** @param write `Store.write` */
  constructor(write: <T>(work: (tx: Tx) => Promise<T>) => Promise<T>) {
    this.#write = write;
  }

  /** Before the file is looked for, or made. */
  async pin(sha256: string): Promise<void> {
    await this.#write(async (tx) => {
      await this.shareLock(tx, sha256);
      const until_ms = sql<number>`${databaseTime()} + ${ABANDONED_AFTER_MS}`;
      await tx
        .insertInto('blob_pins')
        .values({ sha256, platform: this.#platform, until_ms })
        .onConflict((conflict) => conflict.columns(['sha256', 'platform']).doUpdateSet({ until_ms }))
        .execute();
    });
  }

  /** There is a reference now. */
  async unpin(tx: Tx, sha256: string): Promise<void> {
    await tx
      .deleteFrom('blob_pins')
      .where('sha256', '=', sha256)
      .where('platform', '=', this.#platform)
      .execute();
  }

  /** This run puts nothing more. */
  async unpinAll(): Promise<void> {
    await this.#write(
      async (tx) => await tx.deleteFrom('blob_pins').where('platform', '=', this.#platform).execute(),
    );
  }

  async shareLock(tx: Tx, sha256: string): Promise<void> {
    await sql`select pg_advisory_xact_lock_shared(hashtextextended(${sha256}, 0))`.execute(tx);
  }

  async takeLock(tx: Tx, sha256: string): Promise<void> {
    await sql`select pg_advisory_xact_lock(hashtextextended(${sha256}, 0))`.execute(tx);
  }

  /** Those of the blobs that another platform is about to refer to; nobody else begins to before the transaction ends. */
  async pinnedElsewhere(tx: Tx, sha256s: readonly string[]): Promise<ReadonlySet<string>> {
    // In one order, so that two that clear away wait for each other.
    for (const sha256 of sha256s.toSorted()) await this.takeLock(tx, sha256);
    await tx.deleteFrom('blob_pins').where('until_ms', '<', databaseTime()).execute();
    const rows = await tx
      .selectFrom('blob_pins')
      .select('sha256')
      .where('sha256', 'in', sha256s)
      .where('platform', '!=', this.#platform)
      .execute();
    return new Set(rows.map((row) => row.sha256));
  }
}
