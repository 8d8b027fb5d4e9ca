import { sql } from 'kysely';
import type { Store } from '../../../store/store.ts';
import { contentsOf } from './table-contents.ts';
import type { Table } from './table-definition.ts';
import type { Tx } from './table-rows.ts';

/** What one removal takes away: other writes wait meanwhile. */
const BYTES_AT_A_TIME = 4 * 1_048_576;
const ROWS_AT_A_TIME = 1_000;

/** A table's items and its indexes' entries are not to be found any more; they are removed afterwards. */
export async function leaveItems(tx: Tx, table: Table): Promise<void> {
  const { items, bytes } = await contentsOf(tx, table);
  const each = Math.max(1, bytes / Math.max(1, items));
  const rows = Math.ceil(Math.min(ROWS_AT_A_TIME, BYTES_AT_A_TIME / each));
  await tx.deleteFrom('dynamodb_contents').where('table_id', '=', table.id).execute();
  await tx
    .insertInto('dynamodb_leftovers')
    .values({ id: table.id, kind: 'items', rows_at_a_time: rows })
    .execute();
  for (const index of table.definition.indexes) await leaveEntries(tx, index.id);
}

export async function leaveEntries(tx: Tx, indexId: string): Promise<void> {
  await tx
    .insertInto('dynamodb_leftovers')
    .values({ id: indexId, kind: 'entries', rows_at_a_time: ROWS_AT_A_TIME })
    .execute();
}

/** @returns whether there may be more */
export async function removeLeftovers(store: Store): Promise<boolean> {
  const left = await store.db.selectFrom('dynamodb_leftovers').selectAll().limit(1).executeTakeFirst();
  if (left === undefined) return false;
  const { id, rows_at_a_time: most } = left;
  const isOfItems = left.kind === 'items';
  await store.write(async (tx) => {
    const { numAffectedRows = 0n } = isOfItems
      ? await sql`delete from dynamodb_items where table_id = ${id} and (hash_key, range_key) in (
          select hash_key, range_key from dynamodb_items where table_id = ${id}
          order by hash_key, range_key limit ${most})`.execute(tx)
      : await sql`delete from dynamodb_entries where index_id = ${id} and (hash_key, range_key, item_id) in (
          select hash_key, range_key, item_id from dynamodb_entries where index_id = ${id}
          order by hash_key, range_key, item_id limit ${most})`.execute(tx);
    if (numAffectedRows > 0n) return;
    // Another platform may have been at the same rows, and there may be more behind them.
    const others = isOfItems
      ? sql`select 1 from dynamodb_items where table_id = ${id}`
      : sql`select 1 from dynamodb_entries where index_id = ${id}`;
    await sql`delete from dynamodb_leftovers where id = ${id} and not exists (${others})`.execute(tx);
  });
  return true;
}
