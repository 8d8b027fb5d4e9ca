import type { DynamodbDependencies } from '../dynamodb-dependencies.ts';
import type { Condition } from '../expressions/condition.ts';
import { indexKeyOf, itemId, keyOfItem } from '../keys/item-keys.ts';
import { readUnits } from '../items/consumed-capacity.ts';
import { indexView } from '../items/index-view.ts';
import type { Item } from '../values/attribute-value.ts';
import { itemSize } from '../values/item-size.ts';
import { itemOf } from '../values/item-text.ts';
import { nextRows, type Position, type ReadRange } from './item-page.ts';
import { learnRows, rowsFor } from './row-lots.ts';

/** What one answer of Query or Scan reads. */
const MOST_BYTES = 1_048_576;

export interface ReadPage {
  /** Those that pass the filter, as they are shown. */
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
  /** What is kept of an item until the page is answered. */
  readonly show: (item: Item) => Item;
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
  { start, limit, filter, show }: PageRequest,
): Promise<Omit<ReadPage, 'units'> & { readonly scannedBytes: number }> {
  const sizeOf = sizeIn(range);
  const items: Item[] = [];
  let scanned = 0;
  let scannedBytes = 0;
  let position = start;
  let item: Item | undefined;
  for (;;) {
    // Of rows themselves there may be much more than of what an index shows of them.
    const wanted = rowsFor(range.table.id, MOST_BYTES - scannedBytes);
    const most = Math.min(wanted, (limit ?? Number.POSITIVE_INFINITY) - scanned);
    const rows = await nextRows(db, range, position, most);
    const bytesOfLot = rows.reduce((total, { bytes }) => total + bytes, 0);
    learnRows(range.table.id, rows.length, bytesOfLot);
    for (const { text, bytes } of rows) {
      item = itemOf(text);
      scanned += 1;
      scannedBytes += sizeOf(item, bytes);
      if (filter(item)) items.push(show(item));
      if (scannedBytes >= MOST_BYTES || scanned === limit) {
        return { items, scanned, scannedBytes, last: item };
      }
    }
    if (item === undefined || rows.length < most) return { items, scanned, scannedBytes, last: undefined };
    position = positionOf(range, item);
  }
}

/** Of an index that has part of each item only that part is read. */
function sizeIn({ table, index }: ReadRange): (item: Item, bytes: number) => number {
  if (index === undefined || index.projection.type === 'ALL') return (_, bytes) => bytes;
  const view = indexView(table, index);
  return (item) => itemSize(view(item));
}

/** Where an item stands in what is read. */
export function positionOf({ table, index }: ReadRange, item: Item): Position {
  const key = keyOfItem(table, item);
  const at = index && indexKeyOf(index, item);
  return at === undefined ? key : { ...at, itemId: itemId(key) };
}
