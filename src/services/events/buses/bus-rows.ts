import type { Transaction } from 'kysely';
import type { Database } from '../../../store/schema.ts';
import type { Store } from '../../../store/store.ts';
import { busDoesNotExist } from '../events-errors.ts';
import { busChange, type BusName, DEFAULT_BUS, type StoredBus } from './stored-bus.ts';

type Tx = Transaction<Database>;

/** @returns whether there was none of that name */
export async function insertBus(tx: Tx, bus: StoredBus): Promise<boolean> {
  const inserted = await tx
    .insertInto('events_buses')
    .values({
      account_id: bus.accountId,
      region: bus.region,
      name: bus.name,
      definition: JSON.stringify(bus),
    })
    .onConflict((conflict) => conflict.columns(['account_id', 'region', 'name']).doNothing())
    .returning('name')
    .execute();
  return inserted.length > 0;
}

/** Reads a bus, decides and writes in one transaction. The default bus gets its row with its first change. */
export async function changeBus(
  store: Store,
  name: BusName,
  decide: (before: StoredBus) => StoredBus,
): Promise<StoredBus> {
  return await store.write(async (tx, announce) => {
    if (name.name === DEFAULT_BUS)
      await insertBus(tx, { ...name, tags: {}, createdAtMs: 0, modifiedAtMs: 0 });
    const row = await tx
      .selectFrom('events_buses')
      .selectAll()
      .where('account_id', '=', name.accountId)
      .where('region', '=', name.region)
      .where('name', '=', name.name)
      .$if(store.engine === 'postgres', (query) => query.forUpdate())
      .executeTakeFirst();
    if (row === undefined) throw busDoesNotExist(name.name);
    const after = decide(JSON.parse(row.definition) as StoredBus);
    await tx
      .updateTable('events_buses')
      .set({ definition: JSON.stringify(after) })
      .where('account_id', '=', name.accountId)
      .where('region', '=', name.region)
      .where('name', '=', name.name)
      .execute();
    announce(busChange(name, after));
    return after;
  });
}
