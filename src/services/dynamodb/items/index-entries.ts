import { sql } from 'kysely';
import { indexKeyOf } from '../keys/item-keys.ts';
import { learnRows, rowsFor } from '../reads/row-lots.ts';
import type { IndexDefinition, Table } from '../tables/table-definition.ts';
import type { Tx } from '../tables/table-rows.ts';
import { attributeOf, type Item, typeOf } from '../values/attribute-value.ts';
import { itemOf } from '../values/item-text.ts';
import { entryRow } from './item-rows.ts';

/** Fetched at a time; rows may have 400 KB each. */
const BYTES_AT_A_TIME = 4 * 1_048_576;

/** Puts all items of a table into a new index. Those whose attributes have other types than its key are left out, as on AWS. */
export async function fillIndex(tx: Tx, table: Table, index: IndexDefinition): Promise<void> {
  let after = { hash_key: '', range_key: '' };
  for (;;) {
    const most = rowsFor(table.id, BYTES_AT_A_TIME);
    const rows = await tx
      .selectFrom('dynamodb_items')
      .select(['hash_key', 'range_key', 'item'])
      .where('table_id', '=', table.id)
      .where(sql<boolean>`(hash_key, range_key) > (${after.hash_key}, ${after.range_key})`)
      .orderBy('hash_key')
      .orderBy('range_key')
      .limit(most)
      .execute();
    learnRows(
      table.id,
      rows.length,
      rows.reduce((total, { item }) => total + item.length, 0),
    );
    const entries = rows.flatMap((row) => {
      const item = itemOf(row.item);
      const at = fits(table, index, item) ? indexKeyOf(index, item) : undefined;
      const key = { hashKey: row.hash_key, rangeKey: row.range_key };
      return at === undefined ? [] : [entryRow(table, key, index.id, at)];
    });
    if (entries.length > 0) await tx.insertInto('dynamodb_entries').values(entries).execute();
    const last = rows.at(-1);
    if (last === undefined || rows.length < most) return;
    after = last;
  }
}

function fits({ definition }: Table, { key: { hash, range } }: IndexDefinition, item: Item): boolean {
  return [hash, range].every((name) => {
    const value = name === undefined ? undefined : attributeOf(item, name);
    return value === undefined || typeOf(value) === definition.attributes[name ?? ''];
  });
}
