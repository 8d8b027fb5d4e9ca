import { sql, type SqlBool } from 'kysely';
import { databaseTime } from '../../../store/database-time.ts';
import type { Store } from '../../../store/store.ts';

/** How long others keep off a destination whose platform no longer says that it delivers. */
const LEASE_MS = 10_000;
/** Machine time between two words that it still does. */
const RENEWED_AFTER_MS = 2_500;

/**
 * Who delivers to which destination, on disk, so that of the platforms that share a database one does, and order is kept.
 * The embedded engine has one platform only.
 */
export class DestinationHolds {
  readonly #store: Store;
  readonly #owner: string;
  /** By destination, when it was held last, from `performance.now()`. */
  readonly #heldAtMs = new Map<string, number>();

  /** @param owner names this platform among those that share the database */
  constructor(store: Store, owner: string) {
    this.#store = store;
    this.#owner = owner;
  }

  get #isShared(): boolean {
    return this.#store.engine === 'postgres';
  }

  /** Takes it for this platform, or keeps it. False: another one has it, or it is gone. */
  async hold(id: string): Promise<boolean> {
    if (!this.#isShared) return true;
    const heldAtMs = this.#heldAtMs.get(id);
    const nowMs = performance.now();
    if (heldAtMs !== undefined && nowMs - heldAtMs < RENEWED_AFTER_MS) return true;
    const { numUpdatedRows } = await this.#store.write(
      async (tx) =>
        await tx
          .updateTable('dynamodb_destinations')
          .set({ held_by: this.#owner, held_until_ms: sql<number>`${databaseTime()} + ${LEASE_MS}` })
          .where('id', '=', id)
          .where((destinations) =>
            destinations.or([
              destinations('held_by', 'is', null),
              destinations('held_by', '=', this.#owner),
              sql<SqlBool>`held_until_ms < ${databaseTime()}`,
            ]),
          )
          .executeTakeFirst(),
    );
    if (numUpdatedRows === 1n) this.#heldAtMs.set(id, nowMs);
    else this.#heldAtMs.delete(id);
    return numUpdatedRows === 1n;
  }

  /** Nothing is left to deliver. */
  forget(id: string): void {
    this.#heldAtMs.delete(id);
  }

  /** Lets others deliver. */
  async releaseAll(): Promise<void> {
    this.#heldAtMs.clear();
    if (!this.#isShared) return;
    await this.#store.write(async (tx) => {
      await tx
        .updateTable('dynamodb_destinations')
        .set({ held_by: null, held_until_ms: null })
        .where('held_by', '=', this.#owner)
        .execute();
    });
  }
}
