import {
  BatchExecuteStatementCommand,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  CreateTableCommand,
  DeleteItemCommand,
  type DynamoDBClient,
  ExecuteStatementCommand,
  ExecuteTransactionCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactGetItemsCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { beforeAll, describe, expect, test } from 'vitest';
import { refusal, useDynamodb } from './dynamodb-fixtures.ts';

/** Parameters that expressions have replaced, and what requests may ask to be told beside items. */

const shared = useDynamodb();
const TableName = 'older';
const key = (n: number) => ({ p: { S: 'a' }, s: { N: String(n) } });
const PARTITION = { p: { ComparisonOperator: 'EQ' as const, AttributeValueList: [{ S: 'a' }] } };
const is = (S: string) => ({ ComparisonOperator: 'EQ' as const, AttributeValueList: [{ S }] });

beforeAll(async () => {
  const { client } = shared;
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'p', AttributeType: 'S' },
        { AttributeName: 's', AttributeType: 'N' },
        { AttributeName: 'l', AttributeType: 'N' },
      ],
      KeySchema: [
        { AttributeName: 'p', KeyType: 'HASH' },
        { AttributeName: 's', KeyType: 'RANGE' },
      ],
      LocalSecondaryIndexes: [
        {
          IndexName: 'byL',
          KeySchema: [
            { AttributeName: 'p', KeyType: 'HASH' },
            { AttributeName: 'l', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['x'] },
        },
      ],
    }),
  );
  for (const n of [0, 1, 2, 3]) {
    const Item = { ...key(n), l: { N: String(n) }, x: { S: `x${n}` }, y: { S: 'y' } };
    await client.send(new PutItemCommand({ TableName, Item }));
  }
});

const numbers = (items: readonly Record<string, { readonly N?: string }>[] = []): unknown[] =>
  items.map((item) => Number(item['s']?.N));

describe('conditions without expressions', () => {
  test('of keys', async () => {
    const s = { ComparisonOperator: 'GT' as const, AttributeValueList: [{ N: '1' }] };
    const query = new QueryCommand({ TableName, KeyConditions: { ...PARTITION, s } });
    expect(numbers((await shared.client.send(query)).Items as never)).toEqual([2, 3]);
  });

  test('of what is read', async () => {
    const { client } = shared;
    const filter = {
      x: is('x1'),
      l: { ComparisonOperator: 'EQ' as const, AttributeValueList: [{ N: '3' }] },
    };
    const query = { TableName, KeyConditions: PARTITION, QueryFilter: filter };
    const either = await client.send(new QueryCommand({ ...query, ConditionalOperator: 'OR' }));
    expect(numbers(either.Items as never)).toEqual([1, 3]);
    expect((await client.send(new QueryCommand(query))).Items).toEqual([]);
    const scan = await client.send(new ScanCommand({ TableName, ScanFilter: { x: is('x2') } }));
    expect(numbers(scan.Items as never)).toEqual([2]);
  });

  test('of what is written', async () => {
    const { client } = shared;
    const failed = { name: 'ConditionalCheckFailedException' };
    const put = { TableName, Item: key(1), Expected: { x: { Value: { S: 'other' } } } };
    expect(await refusal(client.send(new PutItemCommand(put)))).toMatchObject(failed);
    const gone = { TableName, Key: key(1), Expected: { x: { Exists: false } } };
    expect(await refusal(client.send(new DeleteItemCommand(gone)))).toMatchObject(failed);
    const update = {
      TableName,
      Key: key(1),
      AttributeUpdates: { z: { Value: { S: '1' }, Action: 'PUT' as const } },
      Expected: { x: is('other'), y: is('y') },
    };
    expect(await refusal(client.send(new UpdateItemCommand(update)))).toMatchObject(failed);
    await client.send(new UpdateItemCommand({ ...update, ConditionalOperator: 'OR' }));
    const { Item } = await client.send(new GetItemCommand({ TableName, Key: key(1) }));
    expect(Item).toMatchObject({ z: { S: '1' } });
  });

  test('a write that fails returns the item where it is asked to', async () => {
    const asked = { ConditionExpression: 'attribute_exists(nothing)' };
    const all = { ...asked, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const };
    const remove = async (more: object) =>
      await refusal(shared.client.send(new DeleteItemCommand({ TableName, Key: key(2), ...more })));
    expect((await remove(all)).Item).toMatchObject({ x: { S: 'x2' } });
    expect((await remove(asked)).Item).toBeUndefined();
  });
});

test('AttributesToGet picks attributes', async () => {
  const { client } = shared;
  const AttributesToGet = ['x'];
  const [get, query, scan, batch] = await Promise.all([
    client.send(new GetItemCommand({ TableName, Key: key(3), AttributesToGet })),
    client.send(new QueryCommand({ TableName, KeyConditions: PARTITION, AttributesToGet })),
    client.send(new ScanCommand({ TableName, AttributesToGet })),
    client.send(
      new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: [key(3)], AttributesToGet } } }),
    ),
  ]);
  expect(get.Item).toEqual({ x: { S: 'x3' } });
  expect(query.Items?.[0]).toEqual({ x: { S: 'x0' } });
  expect(scan.Items?.[0]).toEqual({ x: { S: 'x0' } });
  expect(batch.Responses?.[TableName]).toEqual([{ x: { S: 'x3' } }]);
});

type Asked = (client: DynamoDBClient) => Promise<{ readonly ConsumedCapacity?: unknown }>;
const told = { ReturnConsumedCapacity: 'TOTAL' as const };
const statement = `SELECT * FROM ${TableName} WHERE p = 'a' AND s = 1`;
const write = { [TableName]: [{ PutRequest: { Item: { ...key(9), l: { N: '1' } } } }] };

test.each<[string, Asked]>([
  ['Query', async (c) => await c.send(new QueryCommand({ TableName, KeyConditions: PARTITION, ...told }))],
  ['Scan', async (c) => await c.send(new ScanCommand({ TableName, ...told }))],
  ['DeleteItem', async (c) => await c.send(new DeleteItemCommand({ TableName, Key: key(8), ...told }))],
  [
    'BatchGetItem',
    async (c) =>
      await c.send(new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: [key(1)] } }, ...told })),
  ],
  ['BatchWriteItem', async (c) => await c.send(new BatchWriteItemCommand({ RequestItems: write, ...told }))],
  [
    'TransactGetItems',
    async (c) =>
      await c.send(
        new TransactGetItemsCommand({ TransactItems: [{ Get: { TableName, Key: key(1) } }], ...told }),
      ),
  ],
  [
    'ExecuteStatement',
    async (c) => await c.send(new ExecuteStatementCommand({ Statement: statement, ...told })),
  ],
  [
    'BatchExecuteStatement',
    async (c) =>
      await c.send(new BatchExecuteStatementCommand({ Statements: [{ Statement: statement }], ...told })),
  ],
  [
    'ExecuteTransaction',
    async (c) =>
      await c.send(
        new ExecuteTransactionCommand({ TransactStatements: [{ Statement: statement }], ...told }),
      ),
  ],
])('%s tells what it consumed', async (_, ask) => {
  const consumed = (await ask(shared.client)).ConsumedCapacity;
  const [first] = Array.isArray(consumed) ? (consumed as unknown[]) : [consumed];
  expect(first).toMatchObject({ TableName, CapacityUnits: expect.any(Number) });
});

const sized = { ReturnItemCollectionMetrics: 'SIZE' as const };
type Measured = (client: DynamoDBClient) => Promise<{ readonly ItemCollectionMetrics?: unknown }>;

test.each<[string, Measured]>([
  ['PutItem', async (c) => await c.send(new PutItemCommand({ TableName, Item: key(7), ...sized }))],
  ['UpdateItem', async (c) => await c.send(new UpdateItemCommand({ TableName, Key: key(7), ...sized }))],
  ['DeleteItem', async (c) => await c.send(new DeleteItemCommand({ TableName, Key: key(7), ...sized }))],
  ['BatchWriteItem', async (c) => await c.send(new BatchWriteItemCommand({ RequestItems: write, ...sized }))],
  [
    'TransactWriteItems',
    async (c) =>
      await c.send(
        new TransactWriteItemsCommand({ TransactItems: [{ Put: { TableName, Item: key(6) } }], ...sized }),
      ),
  ],
])('%s tells how large the collection of items is', async (_, measure) => {
  const measured = JSON.stringify((await measure(shared.client)).ItemCollectionMetrics);
  expect(measured).toContain('SizeEstimateRangeGB');
});
