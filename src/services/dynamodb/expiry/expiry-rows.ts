import { learnRows, rowsFor } from '../reads/row-lots.ts';
import type { Table, TableDefinition } from '../tables/table-definition.ts';
import type { Tx } from '../tables/table-rows.ts';
import { attributeOf, type Item } from '../values/attribute-value.ts';
import { itemOf } from '../values/item-text.ts';

/** Fetched at a time; rows may have 400 KB each. */
const BYTES_AT_A_TIME = 4 * 1_048_576;
/** What has been over for so long is taken for something else than an expiry, as on AWS. */
export const TOO_LONG_AGO_MS = 5 * 365 * 86_400_000;

/** Epoch milliseconds; null for an item that does not expire: no such attribute, no number, or no time of these years. */
export function expiryOf({ timeToLive }: TableDefinition, item: Item): number | null {
  const value = timeToLive === undefined ? undefined : attributeOf(item, timeToLive);
  const seconds = value !== undefined && 'N' in value ? Math.floor(Number(value.N)) : Number.NaN;
  return Number.isSafeInteger(seconds * 1000) && seconds > 0 ? seconds * 1000 : null;
}

export function isExpired(definition: TableDefinition, item: Item, nowMs: number): boolean {
  const expiresAtMs = expiryOf(definition, item);
  return expiresAtMs !== null && expiresAtMs <= nowMs && expiresAtMs > nowMs - TOO_LONG_AGO_MS;
}

/** Says of every item of a table when it expires, after the attribute has changed that says so. */
export async function markExpiries(tx: Tx, { id, definition }: Table): Promise<void> {
  // Only those rows: one that is touched is written anew, its item too.
  await tx
    .updateTable('dynamodb_items')
    .set({ expires_at_ms: null })
    .where('table_id', '=', id)
    .where('expires_at_ms', 'is not', null)
    .execute();
  let after: { hash_key: string; range_key: string } | undefined = { hash_key: '', range_key: '' };
  while (definition.timeToLive !== undefined && after !== undefined)
    after = await markSome(tx, id, definition, after);
}

async function markSome(
  tx: Tx,
  tableId: string,
  definition: TableDefinition,
  after: { readonly hash_key: string; readonly range_key: string },
): Promise<{ hash_key: string; range_key: string } | undefined> {
  const most = rowsFor(tableId, BYTES_AT_A_TIME);
  const rows = await tx
    .selectFrom('dynamodb_items')
    .select(['hash_key', 'range_key', 'item'])
    .where('table_id', '=', tableId)
    .where((eb) =>
      eb.or([
        eb('hash_key', '>', after.hash_key),
        eb.and([eb('hash_key', '=', after.hash_key), eb('range_key', '>', after.range_key)]),
      ]),
    )
    .orderBy('hash_key')
    .orderBy('range_key')
    .limit(most)
    .execute();
  learnRows(
    tableId,
    rows.length,
    rows.reduce((total, { item }) => total + item.length, 0),
  );
  for (const row of rows) {
    const expires_at_ms = expiryOf(definition, itemOf(row.item));
    if (expires_at_ms === null) continue;
    await tx
      .updateTable('dynamodb_items')
      .set({ expires_at_ms })
      .where('table_id', '=', tableId)
      .where('hash_key', '=', row.hash_key)
      .where('range_key', '=', row.range_key)
      .execute();
  }
  return rows.length < most ? undefined : rows.at(-1);
}
