import type { ItemCollectionMetrics, ReturnItemCollectionMetrics } from '@aws-sdk/client-dynamodb';
import type { Kysely } from 'kysely';
import type { Database } from '../../../store/schema.ts';
import { encodeHash } from '../keys/key-encoding.ts';
import type { Table } from '../tables/table-definition.ts';
import { attributeOf, type Item } from '../values/attribute-value.ts';
import { isScalar } from '../values/compare-values.ts';

const GIGABYTE = 1_073_741_824;

/** An item that was written: the whole of it, or its key. */
interface WrittenItem {
  readonly table: Table;
  readonly given: Item;
}

/** Only of tables with local indexes, whose collections AWS bounds. Between whole gigabytes, as AWS estimates them. */
export async function itemCollection(
  db: Kysely<Database>,
  wanted: ReturnItemCollectionMetrics | undefined,
  { table: { id, definition }, given }: WrittenItem,
): Promise<ItemCollectionMetrics | undefined> {
  const hasLocal = definition.indexes.some(({ kind }) => kind === 'local');
  const value = attributeOf(given, definition.key.hash);
  if (wanted !== 'SIZE' || !hasLocal || value === undefined || !isScalar(value)) return undefined;
  const { bytes } = await db
    .selectFrom('dynamodb_items')
    .select(({ fn }) => fn.sum<number | null>('bytes').as('bytes'))
    .where('table_id', '=', id)
    .where('hash_key', '=', encodeHash(value))
    .executeTakeFirstOrThrow();
  const gigabytes = Math.floor((bytes ?? 0) / GIGABYTE);
  const key = { [definition.key.hash]: value };
  return {
    ItemCollectionKey: key,
    SizeEstimateRangeGB: [gigabytes, gigabytes + 1],
  };
}

/** Of several items, by the names of their tables; undefined where nobody asked, and where there are none. */
export async function itemCollections(
  db: Kysely<Database>,
  wanted: ReturnItemCollectionMetrics | undefined,
  writes: readonly (WrittenItem & { readonly name: string })[],
): Promise<Record<string, ItemCollectionMetrics[]> | undefined> {
  const byTable: Record<string, ItemCollectionMetrics[]> = {};
  for (const { name, ...write } of writes) {
    const metrics = await itemCollection(db, wanted, write);
    if (metrics !== undefined) (byTable[name] ??= []).push(metrics);
  }
  return Object.keys(byTable).length > 0 ? byTable : undefined;
}
