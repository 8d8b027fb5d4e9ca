import {
  BatchWriteItemCommand,
  DescribeTableCommand,
  GetItemCommand,
  paginateQuery,
  paginateScan,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams';
import { expect, test } from 'vitest';
import { KEY_OF_TWO, makeTable, number, text } from '../../support/tables.ts';
import { refusal, useDynamodb } from './dynamodb-fixtures.ts';

const shared = useDynamodb();
/** Of an item, its names and keys among them. */
const MOST_BYTES = 409_600;
const ITEMS = 12;
const QUERY = { KeyConditionExpression: 'id = :id', ExpressionAttributeValues: { ':id': text('a') } };

/** An item of exactly so many bytes. */
function itemOf(at: number, bytes: number) {
  const others = 'id'.length + 'a'.length + 'at'.length + (at === 0 ? 1 : 2) + 'fill'.length;
  return { id: text('a'), at: number(at), fill: text('x'.repeat(bytes - others)) };
}

async function filledTable(): Promise<{ table: string; StreamArn: string }> {
  const StreamSpecification = { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' as const };
  const table = await makeTable(shared.client, { ...KEY_OF_TWO, StreamSpecification });
  const requests = Array.from({ length: ITEMS }, (_, at) => ({
    PutRequest: { Item: itemOf(at, MOST_BYTES) },
  }));
  await shared.client.send(new BatchWriteItemCommand({ RequestItems: { [table]: requests } }));
  const { Table } = await shared.client.send(new DescribeTableCommand({ TableName: table }));
  expect(Table).toMatchObject({ ItemCount: ITEMS, TableSizeBytes: ITEMS * MOST_BYTES });
  return { table, StreamArn: Table?.LatestStreamArn ?? '' };
}

test('an item has 400 KB at most, however it came by them', async () => {
  const TableName = await makeTable(shared.client, KEY_OF_TWO);
  const put = async (bytes: number) =>
    await shared.client.send(new PutItemCommand({ TableName, Item: itemOf(1, bytes) }));
  await put(MOST_BYTES);
  expect(await refusal(put(MOST_BYTES + 1))).toMatchObject({
    name: 'ValidationException',
    message: 'Item size has exceeded the maximum allowed size',
  });
  const update = new UpdateItemCommand({
    TableName,
    Key: { id: text('a'), at: number(1) },
    UpdateExpression: 'SET more = :x',
    ExpressionAttributeValues: { ':x': text('') },
  });
  expect(await refusal(shared.client.send(update))).toMatchObject({
    name: 'ValidationException',
    message: 'Item size to update has exceeded the maximum allowed size',
  });
  const { Item } = await shared.client.send(
    new GetItemCommand({ TableName, Key: { id: text('a'), at: number(1) } }),
  );
  expect(Object.keys(Item ?? {}).toSorted()).toEqual(['at', 'fill', 'id']);
});

test('pages of large items end after a megabyte, and have everything once', async () => {
  const { table: TableName } = await filledTable();
  const pages: number[][] = [];
  for (const forward of [true, false]) {
    const query = { TableName, ...QUERY, ScanIndexForward: forward };
    const found: number[] = [];
    for await (const { Items = [] } of paginateQuery({ client: shared.client }, query)) {
      pages.push(Items.map(({ at }) => Number(at?.N)));
      found.push(...(pages.at(-1) ?? []));
    }
    const all = Array.from({ length: ITEMS }, (_, at) => at);
    expect(found).toEqual(forward ? all : all.toReversed());
  }
  expect(pages.every((page) => page.length <= 3)).toBe(true);
  let scanned = 0;
  for await (const { Items = [] } of paginateScan({ client: shared.client }, { TableName })) {
    expect(Items.length).toBeLessThanOrEqual(3);
    scanned += Items.length;
  }
  expect(scanned).toBe(ITEMS);
});

test('a stream is read a megabyte at a time', async () => {
  const { StreamArn } = await filledTable();
  const { endpoint } = shared.server;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const streams = new DynamoDBStreamsClient({ endpoint, region: 'us-east-1', credentials });
  const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
  const ShardId = StreamDescription?.Shards?.[0]?.ShardId;
  let { ShardIterator } = await streams.send(
    new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
  );
  const found: number[] = [];
  while (found.length < ITEMS) {
    const page = await streams.send(new GetRecordsCommand({ ShardIterator }));
    const { Records = [] } = page;
    expect(Records.length).toBeGreaterThan(0);
    expect(Records.length).toBeLessThanOrEqual(3);
    found.push(...Records.map(({ dynamodb }) => Number(dynamodb?.Keys?.['at']?.N)));
    ShardIterator = page.NextShardIterator;
  }
  expect(found.toSorted((a, b) => a - b)).toEqual(Array.from({ length: ITEMS }, (_, at) => at));
  streams.destroy();
});

test('a page that is asked to go on from before its range begins where that does', async () => {
  const { table: TableName } = await filledTable();
  const between = {
    KeyConditionExpression: 'id = :id AND #at BETWEEN :from AND :to',
    ExpressionAttributeNames: { '#at': 'at' },
    ExpressionAttributeValues: { ':id': text('a'), ':from': number(4), ':to': number(6) },
    ProjectionExpression: '#at',
  };
  const from = async (at: number, ScanIndexForward: boolean) => {
    const ExclusiveStartKey = { id: text('a'), at: number(at) };
    const { Items = [] } = await shared.client.send(
      new QueryCommand({ TableName, ...between, ScanIndexForward, ExclusiveStartKey, Limit: 1 }),
    );
    return Items.map((item) => Number(item['at']?.N));
  };
  expect([await from(1, true), await from(4, true)]).toEqual([[4], [5]]);
  expect([await from(9, false), await from(6, false)]).toEqual([[6], [5]]);
});
