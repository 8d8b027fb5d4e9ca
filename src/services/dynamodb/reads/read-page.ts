import type { Kysely } from 'kysely';
import type { Database } from '../../../store/schema.ts';
import type { Condition } from '../expressions/condition.ts';
import { indexKeyOf, itemId, keyOfItem } from '../keys/item-keys.ts';
import type { Item } from '../values/attribute-value.ts';
import { nextItems, type Position, type ReadRange, ROWS_AT_A_TIME } from './item-page.ts';

/** What one answer of Query or Scan reads. */
const MOST_BYTES = 1_048_576;

export interface ReadPage {
  /** Those that pass the filter. */
  readonly items: readonly Item[];
  readonly scanned: number;
  readonly scannedBytes: number;
  /** The last one read, where the page ended before the range. */
  readonly last: Item | undefined;
}

/** Reads until a limit, a megabyte or the end of the range. What the filter drops counts. */
export async function readPage(
  db: Kysely<Database>,
  range: ReadRange,
  start: Position | undefined,
  limit: number | undefined,
  filter: Condition,
): Promise<ReadPage> {
  const items: Item[] = [];
  let scanned = 0;
  let scannedBytes = 0;
  let position = start;
  for (;;) {
    const most = Math.min(ROWS_AT_A_TIME, (limit ?? Number.POSITIVE_INFINITY) - scanned);
    const rows = await nextItems(db, range, position, most);
    for (const { item, bytes } of rows) {
      scanned += 1;
      scannedBytes += bytes;
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

/** Where an item stands in what is read. */
export function positionOf({ table, index }: ReadRange, item: Item): Position {
  const key = keyOfItem(table, item);
  const at = index && indexKeyOf(index, item);
  return at === undefined ? key : { ...at, itemId: itemId(key) };
}
