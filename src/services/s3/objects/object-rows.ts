import { type Kysely, sql } from 'kysely';
import type { Database } from '../../../store/schema.ts';
import type { Store } from '../../../store/store.ts';
import type { Tx } from '../buckets/bucket-rows.ts';
import { type StoredObject, storedObjectOf } from './stored-object.ts';

export interface ObjectKey {
  readonly bucket: string;
  readonly key: string;
}

/** Said literally: an index of current versions alone serves only those who ask for nothing else. */
export const IS_LATEST = sql<boolean>`is_latest = 1`;

/** One version, or without a version's id the current one, which may be a delete marker. */
export async function findVersion(
  db: Kysely<Database>,
  { bucket, key }: ObjectKey,
  versionId?: string,
): Promise<StoredObject | undefined> {
  const query = db.selectFrom('s3_objects').selectAll().where('bucket', '=', bucket).where('key', '=', key);
  const row = await (versionId === undefined
    ? query.where(IS_LATEST)
    : query.where('version_id', '=', versionId)
  )
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? undefined : storedObjectOf(row);
}

/** Writes of one key come one after the other, also across platforms. On SQLite all writes do. */
export async function lockKey(store: Store, tx: Tx, { bucket, key }: ObjectKey): Promise<void> {
  if (store.engine !== 'postgres') return;
  await sql`select pg_advisory_xact_lock(hashtextextended(${`s3/${bucket}/${key}`}, 0))`.execute(tx);
}

/** The version that was current is so no more. */
export async function supersede(tx: Tx, { bucket, key, sequence }: StoredObject): Promise<void> {
  await tx
    .updateTable('s3_objects')
    .set({ is_latest: 0 })
    .where('bucket', '=', bucket)
    .where('key', '=', key)
    .where('sequence', '=', sequence)
    .execute();
}

export async function deleteRow(tx: Tx, { bucket, key, sequence }: StoredObject): Promise<void> {
  await tx
    .deleteFrom('s3_objects')
    .where('bucket', '=', bucket)
    .where('key', '=', key)
    .where('sequence', '=', sequence)
    .execute();
}

/** Makes the newest version that is left the current one. */
export async function promoteNewest(tx: Tx, { bucket, key }: ObjectKey): Promise<void> {
  await tx
    .updateTable('s3_objects')
    .set({ is_latest: 1 })
    .where('bucket', '=', bucket)
    .where('key', '=', key)
    .where('sequence', '=', (row) =>
      row
        .selectFrom('s3_objects')
        .select((s) => s.fn.max('sequence').as('newest'))
        .where('bucket', '=', bucket)
        .where('key', '=', key),
    )
    .execute();
}
