import type { Kysely, Transaction } from 'kysely';
import type { Database } from '../../../store/schema.ts';
import type { Store } from '../../../store/store.ts';
import type { ReplayName, StoredReplay } from './stored-replay.ts';

type Tx = Transaction<Database>;

/** @returns whether there was none of that name */
export async function insertReplay(tx: Tx, replay: StoredReplay): Promise<boolean> {
  const { accountId, region, name } = replay;
  const definition = JSON.stringify(replay);
  const inserted = await tx
    .insertInto('events_replays')
    .values({ account_id: accountId, region, name, ended_at_ms: null, definition })
    .onConflict((conflict) => conflict.columns(['account_id', 'region', 'name']).doNothing())
    .returning('name')
    .execute();
  return inserted.length > 0;
}

/** Whoever holds it is the only one to take the replay further. */
export async function lockReplay(
  store: Store,
  tx: Tx,
  { accountId, region, name }: ReplayName,
): Promise<StoredReplay | undefined> {
  const row = await tx
    .selectFrom('events_replays')
    .select('definition')
    .where('account_id', '=', accountId)
    .where('region', '=', region)
    .where('name', '=', name)
    .$if(store.engine === 'postgres', (query) => query.forUpdate())
    .executeTakeFirst();
  return row === undefined ? undefined : (JSON.parse(row.definition) as StoredReplay);
}

export async function writeReplay(tx: Tx, replay: StoredReplay): Promise<void> {
  await tx
    .updateTable('events_replays')
    .set({ definition: JSON.stringify(replay), ended_at_ms: replay.endedAtMs ?? null })
    .where('account_id', '=', replay.accountId)
    .where('region', '=', replay.region)
    .where('name', '=', replay.name)
    .execute();
}

/** Of an account in a Region, by name. */
export async function readReplays(
  db: Kysely<Database>,
  accountId: string,
  region: string,
): Promise<StoredReplay[]> {
  const rows = await db
    .selectFrom('events_replays')
    .select('definition')
    .where('account_id', '=', accountId)
    .where('region', '=', region)
    .execute();
  return rows
    .map(({ definition }) => JSON.parse(definition) as StoredReplay)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

export async function readReplay(
  db: Kysely<Database>,
  { accountId, region, name }: ReplayName,
): Promise<StoredReplay | undefined> {
  const row = await db
    .selectFrom('events_replays')
    .select('definition')
    .where('account_id', '=', accountId)
    .where('region', '=', region)
    .where('name', '=', name)
    .executeTakeFirst();
  return row === undefined ? undefined : (JSON.parse(row.definition) as StoredReplay);
}

/** Those with something to do, of all accounts. */
export async function readUnfinished(db: Kysely<Database>): Promise<StoredReplay[]> {
  const rows = await db
    .selectFrom('events_replays')
    .select('definition')
    .where('ended_at_ms', 'is', null)
    .execute();
  return rows.map(({ definition }) => JSON.parse(definition) as StoredReplay);
}

/** Removes those that ended before that moment. @returns whether there are others */
export async function removeOldReplays(store: Store, beforeMs: number): Promise<boolean> {
  const old = await store.db
    .selectFrom('events_replays')
    .select('ended_at_ms')
    .orderBy('ended_at_ms')
    .execute();
  const count = old.filter(({ ended_at_ms: endedAtMs }) => endedAtMs !== null && endedAtMs < beforeMs).length;
  if (count > 0)
    await store.write(
      async (tx) => await tx.deleteFrom('events_replays').where('ended_at_ms', '<', beforeMs).execute(),
    );
  return old.length > count;
}
