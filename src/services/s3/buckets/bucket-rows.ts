import type { Kysely, Transaction } from 'kysely';
import type { Database } from '../../../store/schema.ts';
import type { Store } from '../../../store/store.ts';
import { noSuchBucket } from '../s3-errors.ts';
import { type StoredBucket, storedBucketOf } from './stored-bucket.ts';

export type Tx = Transaction<Database>;

function selectBucket(db: Kysely<Database>, name: string) {
  return db.selectFrom('s3_buckets').selectAll().where('name', '=', name);
}

export async function findBucket(db: Kysely<Database>, name: string): Promise<StoredBucket | undefined> {
  const row = await selectBucket(db, name).executeTakeFirst();
  return row === undefined ? undefined : storedBucketOf(row);
}

/** The bucket as it is now, which stays until this write ends; its settings may change. @throws NoSuchBucket */
export async function holdBucket(store: Store, tx: Tx, name: string): Promise<StoredBucket> {
  const row = await selectBucket(tx, name)
    .$if(store.engine === 'postgres', (query) => query.forKeyShare())
    .executeTakeFirst();
  if (row === undefined) throw noSuchBucket(name);
  return storedBucketOf(row);
}

/** The bucket, kept from other platforms' changes until this one is written. @throws NoSuchBucket */
export async function lockBucket(store: Store, tx: Tx, name: string): Promise<StoredBucket> {
  const row = await selectBucket(tx, name)
    .$if(store.engine === 'postgres', (query) => query.forUpdate())
    .executeTakeFirst();
  if (row === undefined) throw noSuchBucket(name);
  return storedBucketOf(row);
}

/** Puts one sub-resource of a bucket, or removes it. @param decide is given what is there; undefined removes */
export async function changeSetting(
  store: Store,
  name: string,
  setting: string,
  decide: (before: unknown, bucket: StoredBucket) => unknown,
): Promise<void> {
  await store.write(async (tx) => await writeSetting(store, tx, name, setting, decide));
}

/** The same in a write of the caller's. */
export async function writeSetting(
  store: Store,
  tx: Tx,
  name: string,
  setting: string,
  decide: (before: unknown, bucket: StoredBucket) => unknown,
): Promise<void> {
  const bucket = await lockBucket(store, tx, name);
  const settings: Record<string, unknown> = { ...bucket.settings };
  const value = decide(settings[setting], bucket);
  if (value === undefined) delete settings[setting];
  else settings[setting] = value;
  await tx
    .updateTable('s3_buckets')
    .set({ settings: JSON.stringify(settings) })
    .where('name', '=', name)
    .execute();
}
