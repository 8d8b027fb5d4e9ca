import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { NO_STREAMS } from '../../../../test/support/no-streams.ts';
import { engines, type TestDatabase } from '../../../../test/support/engines.ts';
import { eventually } from '../../../../test/support/functions.ts';
import { contextOf } from '../../../../test/support/request-context.ts';
import { MovableClock } from '../../../model/clock.ts';
import type { Store } from '../../../store/store.ts';
import { createDynamodbService } from '../dynamodb-service.ts';
import { TablesRuntime } from '../tables-runtime.ts';

const ITEMS = 60;
const TABLE = 'gone';

describe.each(engines)('a table that was deleted on $name', (engine) => {
  let database: TestDatabase;
  let store: Store;
  let runtime: TablesRuntime;
  const notices: string[] = [];

  beforeEach(async () => {
    database = await engine.create();
    store = await database.open();
    runtime = runtimeOn(store);
  });
  afterEach(async () => {
    await runtime?.stop();
    expect(notices).toEqual([]);
    await store?.close();
    await database?.remove();
  });

  function runtimeOn(opened: Store): TablesRuntime {
    return new TablesRuntime({
      store: opened,
      clock: new MovableClock(),
      streams: NO_STREAMS,
      owner: 'this one',
      onNotice: (notice) => notices.push(notice),
    });
  }

  async function ask(
    operation: 'CreateTable' | 'BatchWriteItem' | 'DeleteTable',
    input: object,
  ): Promise<unknown> {
    const handler = createDynamodbService(runtime).operations[operation];
    return await handler?.(input, contextOf('dynamodb', operation));
  }

  /** With an index, and items that are large enough for several removals. */
  async function makeTable(): Promise<void> {
    const key = (AttributeName: string) => [{ AttributeName, KeyType: 'HASH' }];
    await ask('CreateTable', {
      TableName: TABLE,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['id', 'other'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: key('id'),
      GlobalSecondaryIndexes: [
        { IndexName: 'others', KeySchema: key('other'), Projection: { ProjectionType: 'ALL' } },
      ],
    });
    for (let first = 0; first < ITEMS; first += 20) {
      const requests = Array.from({ length: 20 }, (_, index) => ({
        PutRequest: {
          Item: { id: { S: String(first + index) }, other: { S: 'x' }, fill: { S: 'x'.repeat(300_000) } },
        },
      }));
      await ask('BatchWriteItem', { RequestItems: { [TABLE]: requests } });
    }
  }

  async function rowsLeft(): Promise<number[]> {
    const tables = ['dynamodb_items', 'dynamodb_entries', 'dynamodb_contents', 'dynamodb_leftovers'] as const;
    return await Promise.all(
      tables.map(async (table) => {
        const count = store.db.selectFrom(table).select(({ fn }) => fn.countAll<number>().as('rows'));
        return (await count.executeTakeFirstOrThrow()).rows;
      }),
    );
  }

  test('is removed with all that was in it, little by little', async () => {
    runtime.start();
    await makeTable();
    await ask('DeleteTable', { TableName: TABLE });
    await eventually(rowsLeft, (rows) => rows.every((count) => count === 0), 30_000);
  });

  test('is removed by the next start where this one has not come to it', async () => {
    await makeTable();
    await ask('DeleteTable', { TableName: TABLE });
    expect(await rowsLeft()).toEqual([ITEMS, ITEMS, 0, 2]);
    await store.close();
    store = await database.open();
    runtime = runtimeOn(store);
    runtime.start();
    await eventually(rowsLeft, (rows) => rows.every((count) => count === 0), 30_000);
  });
});
