import { type Kysely, sql } from 'kysely';
import type { Database } from '../../../store/schema.ts';
import type { ItemKey } from '../keys/item-keys.ts';
import type { IndexDefinition, Table } from '../tables/table-definition.ts';
import type { Item } from '../values/attribute-value.ts';
import { itemOf } from '../values/item-text.ts';
import type { KeyRange } from './key-range.ts';

/** Where a read goes on: behind this item. In an index its own key there orders before the item's id. */
export interface Position extends ItemKey {
  readonly itemId?: string;
}

export interface ReadRange {
  readonly table: Table;
  /** Undefined: the table itself. */
  readonly index: IndexDefinition | undefined;
  /** One partition, or the partitions of which the hashes lie between two texts. */
  readonly within: KeyRange | { readonly fromHash: string; readonly toHash: string | undefined };
  readonly isForward: boolean;
}

export interface StoredItem {
  readonly item: Item;
  readonly bytes: number;
}

/** Rows are fetched so many at a time: a page that ends early has not read all that might follow. */
export const ROWS_AT_A_TIME = 256;

/** The next items of a range, in order. An item that changes meanwhile is read as it is at one moment. */
export async function nextItems(
  db: Kysely<Database>,
  range: ReadRange,
  after: Position | undefined,
  most: number,
): Promise<StoredItem[]> {
  const { table, index, isForward } = range;
  const direction = sql.raw(isForward ? 'asc' : 'desc');
  const { rows } =
    index === undefined
      ? await sql<{ item: string; bytes: number }>`
          select item, bytes from dynamodb_items
          where table_id = ${table.id} and ${bounds(range)} and ${behind(range, after)}
          order by hash_key ${direction}, range_key ${direction} limit ${most}`.execute(db)
      : await sql<{ item: string; bytes: number }>`
          select i.item, i.bytes from (
            select * from dynamodb_entries
            where index_id = ${index.id} and ${bounds(range)} and ${behind(range, after)}
            order by hash_key ${direction}, range_key ${direction}, item_id ${direction} limit ${most}
          ) e join dynamodb_items i
            on i.table_id = e.table_id and i.hash_key = e.item_hash_key and i.range_key = e.item_range_key
          order by e.hash_key ${direction}, e.range_key ${direction}, e.item_id ${direction}`.execute(db);
  return rows.map(({ item, bytes }) => ({ item: itemOf(item), bytes }));
}

function bounds({ within }: ReadRange) {
  if (!('hashKey' in within)) {
    const { fromHash, toHash } = within;
    return toHash === undefined
      ? sql<boolean>`hash_key >= ${fromHash}`
      : sql<boolean>`hash_key >= ${fromHash} and hash_key < ${toHash}`;
  }
  const { hashKey, from, to } = within;
  const parts = [sql<boolean>`hash_key = ${hashKey}`];
  if (from !== undefined) parts.push(sql`range_key ${sql.raw(from.isInside ? '>=' : '>')} ${from.key}`);
  if (to !== undefined) parts.push(sql`range_key ${sql.raw(to.isInside ? '<=' : '<')} ${to.key}`);
  return sql.join(parts, sql` and `);
}

function behind({ index, isForward }: ReadRange, after: Position | undefined) {
  if (after === undefined) return sql<boolean>`1 = 1`;
  const sign = sql.raw(isForward ? '>' : '<');
  return index === undefined
    ? sql<boolean>`(hash_key, range_key) ${sign} (${after.hashKey}, ${after.rangeKey})`
    : sql<boolean>`(hash_key, range_key, item_id) ${sign} (${after.hashKey}, ${after.rangeKey}, ${after.itemId ?? ''})`;
}
