import type { DynamodbDependencies } from '../dynamodb-dependencies.ts';
import type { Condition } from '../expressions/condition.ts';
import { indexKeyOf, itemId, keyOfItem } from '../keys/item-keys.ts';
import { readUnits } from '../items/consumed-capacity.ts';
import { indexView } from '../items/index-view.ts';
import type { Item } from '../values/attribute-value.ts';
import { itemSize } from '../values/item-size.ts';
import { nextItems, type Position, type ReadRange, ROWS_AT_A_TIME, type StoredItem } from './item-page.ts';

/** What one answer of Query or Scan reads. */
const MOST_BYTES = 1_048_576;

export interface ReadPage {
  /** Those that pass the filter. */
  readonly items: readonly Item[];
  readonly scanned: number;
  /** Of capacity, for all that was read. */
  readonly units: number;
  /** The last one read, where the page ended before the range. */
  readonly last: Item | undefined;
}

/** How a page is read. */
export interface PageRequest {
  /** Behind this; undefined: from the beginning. */
  readonly start: Position | undefined;
  /** Items, those that the filter drops too. */
  readonly limit: number | undefined;
  readonly filter: Condition;
  readonly isConsistent: boolean | undefined;
}

/** One page of a range. Throws when its table, or its index, has no capacity left. */
export async function readPage(
  { store, limits }: Pick<DynamodbDependencies, 'store' | 'limits'>,
  range: ReadRange,
  request: PageRequest,
): Promise<ReadPage> {
  limits.admitRead(range.table, range.index);
  const { scannedBytes, ...page } = await readRows(store, range, request);
  const units = readUnits(scannedBytes, request.isConsistent);
  limits.countRead(range.table, range.index, units);
  return { ...page, units };
}

/** Until a limit, a megabyte or the end of the range. What the filter drops counts. */
async function readRows(
  { db }: DynamodbDependencies['store'],
  range: ReadRange,
  { start, limit, filter }: PageRequest,
): Promise<Omit<ReadPage, 'units'> & { readonly scannedBytes: number }> {
  const sizeOf = sizeIn(range);
  const items: Item[] = [];
  let scanned = 0;
  let scannedBytes = 0;
  let position = start;
  for (;;) {
    const most = Math.min(ROWS_AT_A_TIME, (limit ?? Number.POSITIVE_INFINITY) - scanned);
    const rows = await nextItems(db, range, position, most);
    for (const row of rows) {
      const { item } = row;
      scanned += 1;
      scannedBytes += sizeOf(row);
      if (filter(item)) items.push(item);
      if (scannedBytes >= MOST_BYTES || scanned === limit) {
        return { items, scanned, scannedBytes, last: item };
      }
    }
    const end = rows.at(-1)?.item;
    if (end === undefined || rows.length < most) return { items, scanned, scannedBytes, last: undefined };
    position = positionOf(range, end);
  }
}

/** Of an index that has part of each item only that part is read. */
function sizeIn({ table, index }: ReadRange): (row: StoredItem) => number {
  if (index === undefined || index.projection.type === 'ALL') return ({ bytes }) => bytes;
  const view = indexView(table, index);
  return ({ item }) => itemSize(view(item));
}

/** Where an item stands in what is read. */
export function positionOf({ table, index }: ReadRange, item: Item): Position {
  const key = keyOfItem(table, item);
  const at = index && indexKeyOf(index, item);
  return at === undefined ? key : { ...at, itemId: itemId(key) };
}
