import { randomBytes } from 'node:crypto';
import type { Store } from '../store/store.ts';

const NAME = 'session-tokens';

/** The store's key for session tokens, 32 bytes: the same for all platforms on it. Made when there is none. */
export async function openSessionKey(store: Store): Promise<Uint8Array> {
  const found = await readKey(store);
  if (found !== undefined) return found;
  await keepSessionKey(store, randomBytes(32));
  const kept = await readKey(store);
  if (kept === undefined) throw new Error('The store keeps no key for session tokens.');
  return kept;
}

/** Leaves the store this key unless it has one. */
async function keepSessionKey(store: Store, key: Uint8Array): Promise<void> {
  const row = { name: NAME, value: Buffer.from(key).toString('base64') };
  await store.write(async (tx) => {
    await tx
      .insertInto('platform_keys')
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  });
}

async function readKey(store: Store): Promise<Uint8Array | undefined> {
  const row = await store.db
    .selectFrom('platform_keys')
    .select('value')
    .where('name', '=', NAME)
    .executeTakeFirst();
  return row && Buffer.from(row.value, 'base64');
}
