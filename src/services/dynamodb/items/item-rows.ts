import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Database } from '../../../store/schema.ts';
import { expiryOf } from '../expiry/expiry-rows.ts';
import { inParts } from '../in-parts.ts';
import { indexKeyOf, itemId, type ItemKey } from '../keys/item-keys.ts';
import type { Table } from '../tables/table-definition.ts';
import type { Tx } from '../tables/table-rows.ts';
import type { Item } from '../values/attribute-value.ts';
import { itemSize, rememberSize } from '../values/item-size.ts';
import { itemOf, itemText } from '../values/item-text.ts';

export interface ItemPlace {
  readonly table: Table;
  readonly key: ItemKey;
}

/** An item before and after a write; undefined: not there. */
export interface ItemChange extends ItemPlace {
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

export function placeName({ table, key }: ItemPlace): string {
  return `${table.id} ${key.hashKey} ${key.rangeKey}`;
}

/** By the names of their places; what is not there is left out. */
export async function readItems(
  db: Kysely<Database>,
  places: readonly ItemPlace[],
): Promise<Map<string, Item>> {
  const items = new Map<string, Item>();
  for (const some of inParts(places)) {
    const { rows } = await placesStatement(some).execute(db);
    for (const row of rows) {
      items.set(
        `${row.table_id} ${row.hash_key} ${row.range_key}`,
        rememberSize(itemOf(row.item), row.bytes),
      );
    }
  }
  return items;
}

interface PlacedRow {
  readonly table_id: string;
  readonly hash_key: string;
  readonly range_key: string;
  readonly item: string;
  readonly bytes: number;
}

export function placesStatement(places: readonly ItemPlace[]): RawBuilder<PlacedRow> {
  const keys = places.map(({ table, key }) => sql`(${table.id}, ${key.hashKey}, ${key.rangeKey})`);
  return sql<PlacedRow>`select table_id, hash_key, range_key, item, bytes from dynamodb_items
    where (table_id, hash_key, range_key) in (values ${sql.join(keys)})`;
}

/** Items, and where they stand in indexes. One place is named once. */
export async function writeItems(tx: Tx, changes: readonly ItemChange[]): Promise<void> {
  const kept = changes.flatMap(({ table, key, after }) => {
    if (after === undefined) return [];
    return [
      {
        table_id: table.id,
        hash_key: key.hashKey,
        range_key: key.rangeKey,
        item: itemText(after),
        bytes: itemSize(after),
        expires_at_ms: expiryOf(table.definition, after),
      },
    ];
  });
  for (const rows of inParts(kept)) {
    await tx
      .insertInto('dynamodb_items')
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(['table_id', 'hash_key', 'range_key']).doUpdateSet((excluded) => ({
          item: excluded.ref('excluded.item'),
          bytes: excluded.ref('excluded.bytes'),
          expires_at_ms: excluded.ref('excluded.expires_at_ms'),
        })),
      )
      .execute();
  }
  const gone = changes.filter(({ before, after }) => before !== undefined && after === undefined);
  for (const some of inParts(gone)) {
    const keys = some.map(({ table, key }) => sql`(${table.id}, ${key.hashKey}, ${key.rangeKey})`);
    await tx
      .deleteFrom('dynamodb_items')
      .where(sql<boolean>`(table_id, hash_key, range_key) in (values ${sql.join(keys)})`)
      .execute();
  }
  await writeEntries(tx, changes);
}

async function writeEntries(tx: Tx, changes: readonly ItemChange[]): Promise<void> {
  const [gone, made] = [changes.flatMap(entriesGone), changes.flatMap(entriesMade)];
  for (const some of inParts(gone)) {
    const keys = some.map((entry) => {
      return sql`(${entry.index_id}, ${entry.hash_key}, ${entry.range_key}, ${entry.item_id})`;
    });
    await tx
      .deleteFrom('dynamodb_entries')
      .where(sql<boolean>`(index_id, hash_key, range_key, item_id) in (values ${sql.join(keys)})`)
      .execute();
  }
  for (const rows of inParts(made)) await tx.insertInto('dynamodb_entries').values(rows).execute();
}

function entriesGone({ table, key, before, after }: ItemChange) {
  return before === undefined ? [] : difference(table, key, before, after);
}

function entriesMade({ table, key, before, after }: ItemChange) {
  return after === undefined ? [] : difference(table, key, after, before);
}

/** The entries one form of an item has and the other has not. */
function difference(table: Table, key: ItemKey, one: Item, other: Item | undefined) {
  return table.definition.indexes.flatMap((index) => {
    const at = indexKeyOf(index, one);
    const elsewhere = other && indexKeyOf(index, other);
    const isSame = at?.hashKey === elsewhere?.hashKey && at?.rangeKey === elsewhere?.rangeKey;
    return at === undefined || isSame ? [] : [entryRow(table, key, index.id, at)];
  });
}

export function entryRow(table: Table, key: ItemKey, indexId: string, at: ItemKey) {
  return {
    index_id: indexId,
    hash_key: at.hashKey,
    range_key: at.rangeKey,
    item_id: itemId(key),
    table_id: table.id,
    item_hash_key: key.hashKey,
    item_range_key: key.rangeKey,
  };
}
