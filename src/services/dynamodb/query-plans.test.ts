import { type RawBuilder, sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines, type TestDatabase } from '../../../test/support/engines.ts';
import type { Store } from '../../store/store.ts';
import { placesStatement } from './items/item-rows.ts';
import { pageStatement, type Position, type ReadRange } from './reads/item-page.ts';
import type { IndexDefinition, Table } from './tables/table-definition.ts';

const index: IndexDefinition = {
  id: 'index',
  name: 'index',
  kind: 'global',
  key: { hash: 'h', range: 'r' },
  projection: { type: 'ALL', attributes: [] },
};
const table: Table = {
  accountId: '000000000000',
  region: 'us-east-1',
  name: 'table',
  id: 'table',
  definition: {
    attributes: { id: 'S', at: 'S', h: 'S', r: 'S' },
    key: { hash: 'id', range: 'at' },
    indexes: [index],
    billingMode: 'PAY_PER_REQUEST',
    deletionProtection: false,
  },
  createdAtMs: 0,
};
const ROWS = 5_000;
const hashOf = (row: number): string => String(row % 20).padStart(40, '0');
const rangeOf = (row: number): string => String(row).padStart(8, '0');

const hashKey = hashOf(7);
const [from, to] = [3_007, 3_507].map((row) => ({ key: rangeOf(row), isInside: true }));
const position: Position = { hashKey, rangeKey: rangeOf(3_207), itemId: 'item' };
const everywhere = { fromHash: hashOf(5), toHash: hashOf(9) };

/** Whole tables, and sorting. */
const NEEDLESS = /SCAN (dynamodb|i\b)|Seq Scan|TEMP B-TREE FOR ORDER BY/;
const SOUGHT = /SEARCH dynamodb_\w+ USING INDEX \w+ \((table_id|index_id)=\? AND hash_key/;
const BEHIND = /SEARCH dynamodb_\w+ USING INDEX [^"]*\b(range_key\)?|item_id\))[<>]/;
const INDEXED = /Index (Only )?Scan|Bitmap Index Scan/;

/** What is read, and what part of a key's range its pages are found by. */
const READS: readonly (readonly [string, Pick<ReadRange, 'within' | 'isForward'>, Position | undefined])[] = [
  ['a partition', { within: { hashKey }, isForward: true }, undefined],
  ['a partition, on from a page', { within: { hashKey }, isForward: true }, position],
  ['a partition, back from a page', { within: { hashKey }, isForward: false }, position],
  ['a range', { within: { hashKey, ...(from && { from }), ...(to && { to }) }, isForward: true }, undefined],
  [
    'a range, on from a page',
    { within: { hashKey, ...(from && { from }), ...(to && { to }) }, isForward: true },
    position,
  ],
  [
    'a range, back from a page',
    { within: { hashKey, ...(from && { from }), ...(to && { to }) }, isForward: false },
    position,
  ],
  ['a segment', { within: everywhere, isForward: true }, undefined],
  ['a segment, on from a page', { within: everywhere, isForward: true }, position],
];

describe.each(engines)('reads of items on $name', (engine) => {
  let database: TestDatabase;
  let store: Store;

  beforeAll(async () => {
    database = await engine.create();
    store = await database.open();
    const rows = Array.from({ length: ROWS }, (_, row) => row);
    for (let first = 0; first < ROWS; first += 1_000) await fill(rows.slice(first, first + 1_000));
    // It does so by itself; SQLite does not.
    if (engine.name === 'postgres') await store.write(async (tx) => await sql`analyze`.execute(tx));
  });
  afterAll(async () => {
    await store?.close();
    await database?.remove();
  });

  async function fill(rows: readonly number[]): Promise<void> {
    const items = rows.map((row) => {
      return { table_id: 'table', hash_key: hashOf(row), range_key: rangeOf(row), item: '{}', bytes: 2 };
    });
    const entries = rows.map((row) => ({
      index_id: 'index',
      hash_key: hashOf(row),
      range_key: rangeOf(row),
      item_id: 'item',
      table_id: 'table',
      item_hash_key: hashOf(row),
      item_range_key: rangeOf(row),
    }));
    await store.write(async (tx) => {
      await tx
        .insertInto('dynamodb_items')
        .values(items.map((item) => ({ ...item, expires_at_ms: null })))
        .execute();
      await tx.insertInto('dynamodb_entries').values(entries).execute();
    });
  }

  async function planOf(statement: RawBuilder<unknown>): Promise<string> {
    const explain =
      engine.name === 'sqlite' ? sql`explain query plan ${statement}` : sql`explain ${statement}`;
    const { rows } = await explain.execute(store.db);
    return JSON.stringify(rows, undefined, 1);
  }

  describe.each([
    ['table', undefined],
    ['index', index],
  ] as const)('of a %s', (_, ofIndex) => {
    test.each(READS)('%s is found by its key, in order', async (reading, range, after) => {
      const plan = await planOf(pageStatement({ table, index: ofIndex, ...range }, after, 20));
      expect(plan).not.toMatch(NEEDLESS);
      // Where a page goes on is looked up: what lies before it is not read.
      if (engine.name === 'sqlite') expect(plan).toMatch(reading.includes('page') ? BEHIND : SOUGHT);
      else expect(plan).toMatch(INDEXED);
    });
  });

  test('items are found by their keys', async () => {
    const keys = [1, 2, 3].map((row) => ({ hashKey: hashOf(row), rangeKey: rangeOf(row) }));
    const plan = await planOf(placesStatement(keys.map((key) => ({ table, key }))));
    expect(plan).not.toMatch(NEEDLESS);
    expect(plan).toMatch(engine.name === 'sqlite' ? SOUGHT : INDEXED);
  });
});
