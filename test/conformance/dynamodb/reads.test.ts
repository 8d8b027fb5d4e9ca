import {
  type AttributeValue,
  type CreateTableCommandInput,
  QueryCommand,
  type QueryCommandInput,
  ScanCommand,
  type ScanCommandInput,
} from '@aws-sdk/client-dynamodb';
import { beforeAll, describe, expect, test } from 'vitest';
import { KEY_OF_TWO, makeTable, number, putAll, text } from '../../support/tables.ts';
import { refusal, useDynamodb } from './dynamodb-fixtures.ts';

const shared = useDynamodb();
const INDEXED: Partial<CreateTableCommandInput> = {
  AttributeDefinitions: [
    ...(KEY_OF_TWO.AttributeDefinitions ?? []),
    { AttributeName: 'colour', AttributeType: 'S' },
    { AttributeName: 'rank', AttributeType: 'N' },
  ],
  KeySchema: KEY_OF_TWO.KeySchema,
  GlobalSecondaryIndexes: [
    {
      IndexName: 'by-colour',
      KeySchema: [
        { AttributeName: 'colour', KeyType: 'HASH' },
        { AttributeName: 'rank', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['shown'] },
    },
  ],
  LocalSecondaryIndexes: [
    {
      IndexName: 'by-rank',
      KeySchema: [
        { AttributeName: 'id', KeyType: 'HASH' },
        { AttributeName: 'rank', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
};
let table = '';

beforeAll(async () => {
  table = await makeTable(shared.client, INDEXED);
  const item = (at: number, rank: number | undefined, colour = 'red'): Record<string, AttributeValue> => ({
    id: text('a'),
    at: number(at),
    colour: text(colour),
    shown: number(at * 10),
    hidden: number(at * 100),
    ...(rank !== undefined && { rank: number(rank) }),
  });
  await putAll(
    shared.client,
    table,
    item(-2, 5),
    item(1, 4, 'blue'),
    item(10, 3),
    item(9, 2),
    item(100, undefined),
    { id: text('b'), at: number(1), colour: text('red'), rank: number(5) },
  );
});

async function query(input: Partial<QueryCommandInput> = {}) {
  return await shared.client.send(
    new QueryCommand({
      TableName: table,
      KeyConditionExpression: 'id = :id',
      ExpressionAttributeValues: { ':id': text('a') },
      ...input,
    }),
  );
}
const at = (items: readonly Record<string, AttributeValue>[] | undefined) =>
  (items ?? []).map((item) => Number(item['at']?.N));

describe('Query', () => {
  test('gives a partition in the order of its range keys, or the other way round', async () => {
    expect(at((await query()).Items)).toEqual([-2, 1, 9, 10, 100]);
    expect(at((await query({ ScanIndexForward: false })).Items)).toEqual([100, 10, 9, 1, -2]);
  });

  test.each([
    ['at = :x', [9]],
    ['at < :x', [-2, 1]],
    ['at <= :x', [-2, 1, 9]],
    ['at > :x', [10, 100]],
    [':x <= at', [9, 10, 100]],
    ['at BETWEEN :x AND :y', [9, 10]],
  ])('takes conditions on the range key: %s', async (condition, expected) => {
    const ExpressionAttributeValues = {
      ':id': text('a'),
      ':x': number(9),
      ...(condition.includes(':y') && { ':y': number(99) }),
    };
    const KeyConditionExpression = `${condition.replaceAll(/\bat\b/g, '#at')} AND id = :id`;
    const input = {
      KeyConditionExpression,
      ExpressionAttributeValues,
      ExpressionAttributeNames: { '#at': 'at' },
    };
    expect(at((await query(input)).Items)).toEqual(expected);
  });

  test('goes on where a page ended, counts what a filter drops, and only counts when asked to', async () => {
    const filtered = {
      FilterExpression: 'shown > :s',
      ExpressionAttributeValues: { ':id': text('a'), ':s': number(50) },
    };
    const seen: number[] = [];
    let pages = 0;
    let ExclusiveStartKey: Record<string, AttributeValue> | undefined;
    do {
      const page = await query({ ...filtered, Limit: 2, ...(ExclusiveStartKey && { ExclusiveStartKey }) });
      seen.push(...at(page.Items));
      pages += 1;
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey !== undefined);
    expect({ seen, pages }).toEqual({ seen: [9, 10, 100], pages: 3 });
    const { Items, Count, ScannedCount } = await query({ ...filtered, Select: 'COUNT' });
    expect({ Items, Count, ScannedCount }).toEqual({ Items: undefined, Count: 3, ScannedCount: 5 });
  });

  test('ends a page after a megabyte', async () => {
    const large = await makeTable(shared.client, KEY_OF_TWO);
    const blob = text('x'.repeat(300_000));
    for (let index = 0; index < 5; index += 1) {
      await putAll(shared.client, large, { id: text('a'), at: number(index), blob });
    }
    const page = await query({ TableName: large });
    expect(at(page.Items)).toEqual([0, 1, 2, 3]);
    expect(page.LastEvaluatedKey).toEqual({ id: text('a'), at: number(3) });
  });

  test('reads indexes: only items with their keys, in their order, with what they project', async () => {
    const red = await query({
      IndexName: 'by-colour',
      KeyConditionExpression: 'colour = :id',
      ExpressionAttributeValues: { ':id': text('red') },
    });
    expect(red.Items).toEqual([
      { id: text('a'), at: number(9), colour: text('red'), rank: number(2), shown: number(90) },
      { id: text('a'), at: number(10), colour: text('red'), rank: number(3), shown: number(100) },
      ...(red.Items ?? []).slice(2),
    ]);
    expect(
      red.Items?.slice(2)
        .map(({ id }) => id?.S)
        .toSorted(),
    ).toEqual(['a', 'b']);
    expect(at((await query({ IndexName: 'by-rank' })).Items)).toEqual([9, 10, 1, -2]);
    const first = await query({ IndexName: 'by-rank', Limit: 3 });
    expect(first.LastEvaluatedKey).toEqual({ id: text('a'), at: number(1), rank: number(4) });
    const rest = await query({
      IndexName: 'by-rank',
      ...(first.LastEvaluatedKey && { ExclusiveStartKey: first.LastEvaluatedKey }),
    });
    expect(at(rest.Items)).toEqual([-2]);
  });

  test('takes the older parameters', async () => {
    const { Items } = await shared.client.send(
      new QueryCommand({
        TableName: table,
        KeyConditions: {
          id: { ComparisonOperator: 'EQ', AttributeValueList: [text('a')] },
          at: { ComparisonOperator: 'GT', AttributeValueList: [number(1)] },
        },
        QueryFilter: { rank: { ComparisonOperator: 'NOT_NULL' } },
        AttributesToGet: ['at'],
      }),
    );
    expect(Items).toEqual([{ at: number(9) }, { at: number(10) }]);
  });

  test.each([
    [{ KeyConditionExpression: 'hue = :id' }, 'Query condition missed key schema element: id'],
    [{ KeyConditionExpression: 'id > :id' }, 'Query key condition not supported'],
    [{ KeyConditionExpression: 'id = :id AND hue = :id' }, 'Query condition missed key schema element: at'],
    [
      { KeyConditionExpression: 'id = :id OR id = :id' },
      'Invalid KeyConditionExpression: Invalid operator used in KeyConditionExpression: OR',
    ],
    [{ IndexName: 'none' }, 'The table does not have the specified index: none'],
    [
      { IndexName: 'by-colour', ConsistentRead: true, KeyConditionExpression: 'colour = :id' },
      'Consistent reads are not supported on global secondary indexes',
    ],
    [
      { ExclusiveStartKey: { id: text('a') } },
      'The provided starting key is invalid: The provided key element does not match the schema',
    ],
    [
      { ExclusiveStartKey: { id: text('b'), at: number(1) } },
      'The provided starting key is outside query boundaries based on provided conditions',
    ],
    [
      { FilterExpression: 'id = :id' },
      'Filter Expression can only contain non-primary key attributes: Primary key attribute: id',
    ],
  ] as [Partial<QueryCommandInput>, string][])(
    'refuses what it cannot answer: %#',
    async (input, message) => {
      expect(await refusal(query(input))).toMatchObject({ name: 'ValidationException', message });
    },
  );
});

describe('Scan', () => {
  const scan = async (input: Partial<ScanCommandInput> = {}) =>
    await shared.client.send(new ScanCommand({ TableName: table, ...input }));

  test('reads everything, also in segments and pages', async () => {
    const whole = await makeTable(shared.client);
    const ids = Array.from({ length: 60 }, (_, index) => `item-${index}`);
    await putAll(shared.client, whole, ...ids.map((id) => ({ id: text(id) })));
    const seen: (string | undefined)[] = [];
    for (let Segment = 0; Segment < 4; Segment += 1) {
      let ExclusiveStartKey: Record<string, AttributeValue> | undefined;
      do {
        const page = await scan({
          TableName: whole,
          Segment,
          TotalSegments: 4,
          Limit: 7,
          ...(ExclusiveStartKey && { ExclusiveStartKey }),
        });
        seen.push(...(page.Items ?? []).map(({ id }) => id?.S));
        ExclusiveStartKey = page.LastEvaluatedKey;
      } while (ExclusiveStartKey !== undefined);
    }
    expect(new Set(seen)).toEqual(new Set(ids));
    expect(seen).toHaveLength(ids.length);
  });

  test('filters, old way and new, and reads indexes', async () => {
    const FilterExpression = 'colour = :c AND size(id) = :one';
    const values = { ':c': text('blue'), ':one': number(1) };
    expect(at((await scan({ FilterExpression, ExpressionAttributeValues: values })).Items)).toEqual([1]);
    const ScanFilter = { rank: { ComparisonOperator: 'NULL' as const } };
    expect(at((await scan({ ScanFilter })).Items)).toEqual([100]);
    expect((await scan({ IndexName: 'by-colour', Select: 'COUNT' })).Count).toBe(5);
  });

  test.each([
    [
      { Segment: 2, TotalSegments: 2 },
      'The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: 2 is not less than TotalSegments: 2',
    ],
    [
      { Segment: 1 },
      'The TotalSegments parameter is required but was not present in the request when Segment parameter is present',
    ],
    [
      { Select: 'ALL_PROJECTED_ATTRIBUTES' },
      'ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName',
    ],
  ] as [Partial<ScanCommandInput>, string][])('refuses what it cannot answer: %#', async (input, message) => {
    expect(await refusal(scan(input))).toMatchObject({ name: 'ValidationException', message });
  });
});
