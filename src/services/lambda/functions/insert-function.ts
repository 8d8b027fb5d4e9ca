import type { StoredFunction } from '../../../model/stored-function.ts';
import type { Store } from '../../../store/store.ts';
import { type Announce, functionExists, insertVersionRow, type Tx } from './function-rows.ts';
import { announceSettings, insertSettings } from './settings-rows.ts';

/**
 * Creates the function, with a first published version when one is given, and whatever `also` adds in the same
 * transaction. Throws 409 when the name is taken.
 */
export async function insertFunction(
  store: Store,
  latest: StoredFunction,
  published: StoredFunction | undefined,
  also: (tx: Tx, announce: Announce) => Promise<void>,
): Promise<void> {
  await store.write(async (tx, announce) => {
    if (!(await insertVersionRow(tx, announce, store, latest))) throw functionExists(latest.name);
    await insertSettings(tx, latest, published === undefined ? 1 : 2);
    await announceSettings(tx, announce, latest);
    if (published !== undefined) await insertVersionRow(tx, announce, store, published);
    await also(tx, announce);
  });
}
