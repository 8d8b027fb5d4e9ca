import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Database } from '../../../store/schema.ts';
import type { ItemKey } from '../keys/item-keys.ts';
import type { IndexDefinition, Table } from '../tables/table-definition.ts';
import type { KeyRange } from './key-range.ts';

/** Where a read goes on: behind this item. In an index its own key there orders before the item's id. */
export interface Position extends ItemKey {
  readonly itemId?: string;
}

interface HashRange {
  readonly fromHash: string;
  readonly toHash: string | undefined;
}

export interface ReadRange {
  readonly table: Table;
  /** Undefined: the table itself. */
  readonly index: IndexDefinition | undefined;
  /** One partition, or the partitions of which the hashes lie between two texts. */
  readonly within: KeyRange | HashRange;
  readonly isForward: boolean;
}

/** An item as it is stored: see `item-text.ts`. */
export interface StoredItem {
  readonly text: string;
  readonly bytes: number;
}

/** The next items of a range, in order. An item that changes meanwhile is read as it is at one moment. */
export async function nextRows(
  db: Kysely<Database>,
  range: ReadRange,
  after: Position | undefined,
  most: number,
): Promise<readonly StoredItem[]> {
  return (await pageStatement(range, after, most).execute(db)).rows;
}

/** Goes through one range of the table's key, or of an index's, and reads no row that is not in the page. */
export function pageStatement(
  range: ReadRange,
  after: Position | undefined,
  most: number,
): RawBuilder<StoredItem> {
  const { table, index, isForward } = range;
  const direction = sql.raw(isForward ? 'asc' : 'desc');
  const within = sql.join(bounds(range, after), sql` and `);
  if (index === undefined) {
    return sql<StoredItem>`
      select item as text, bytes from dynamodb_items
      where table_id = ${table.id} and ${within}
      order by hash_key ${direction}, range_key ${direction} limit ${most}`;
  }
  return sql<StoredItem>`
    select i.item as text, i.bytes from (
      select * from dynamodb_entries
      where index_id = ${index.id} and ${within}
      order by hash_key ${direction}, range_key ${direction}, item_id ${direction} limit ${most}
    ) e join dynamodb_items i
      on i.table_id = e.table_id and i.hash_key = e.item_hash_key and i.range_key = e.item_range_key
    order by e.hash_key ${direction}, e.range_key ${direction}, e.item_id ${direction}`;
}

/** Where a page goes on behind an item, that takes the place of where the range begins: databases use one of two such bounds. */
function bounds(range: ReadRange, after: Position | undefined): RawBuilder<boolean>[] {
  return 'hashKey' in range.within
    ? boundsInPartition(range, range.within, after)
    : boundsOfPartitions(range, range.within, after);
}

function boundsInPartition({ index, isForward }: ReadRange, within: KeyRange, after: Position | undefined) {
  const { hashKey, from, to } = within;
  const sign = sql.raw(isForward ? '>' : '<');
  const goesOn = after !== undefined && !isBefore(after.rangeKey, isForward ? from?.key : to?.key, isForward);
  const parts = [sql<boolean>`hash_key = ${hashKey}`];
  if (from !== undefined && !(goesOn && isForward)) {
    parts.push(sql`range_key ${sql.raw(from.isInside ? '>=' : '>')} ${from.key}`);
  }
  if (to !== undefined && !(goesOn && !isForward)) {
    parts.push(sql`range_key ${sql.raw(to.isInside ? '<=' : '<')} ${to.key}`);
  }
  if (!goesOn) return parts;
  const behind =
    index === undefined
      ? sql<boolean>`range_key ${sign} ${after.rangeKey}`
      : sql<boolean>`(range_key, item_id) ${sign} (${after.rangeKey}, ${after.itemId ?? ''})`;
  return [...parts, behind];
}

/** A caller may name a place that comes before all of the range. */
function isBefore(rangeKey: string, begin: string | undefined, isForward: boolean): boolean {
  return begin !== undefined && (isForward ? rangeKey < begin : rangeKey > begin);
}

/** Of a Scan, which always goes forward. */
function boundsOfPartitions({ index }: ReadRange, within: HashRange, after: Position | undefined) {
  const { fromHash, toHash } = within;
  const parts = toHash === undefined ? [] : [sql<boolean>`hash_key < ${toHash}`];
  if (after === undefined) return [sql<boolean>`hash_key >= ${fromHash}`, ...parts];
  const behind =
    index === undefined
      ? sql<boolean>`(hash_key, range_key) > (${after.hashKey}, ${after.rangeKey})`
      : sql<boolean>`(hash_key, range_key, item_id) > (${after.hashKey}, ${after.rangeKey}, ${after.itemId ?? ''})`;
  return [behind, ...parts];
}
