import {
  type AttributeValue,
  BatchExecuteStatementCommand,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  ExecuteStatementCommand,
  ExecuteTransactionCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactGetItemsCommand,
  TransactWriteItemsCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { advanceClock, withFrozenClock } from '../../support/async-events.ts';
import { KEY_OF_ONE, makeTable, putAll, text } from '../../support/tables.ts';
import { refusal, useDynamodb } from './dynamodb-fixtures.ts';

const shared = useDynamodb();
const units = (ReadCapacityUnits: number, WriteCapacityUnits: number) => ({
  ReadCapacityUnits,
  WriteCapacityUnits,
});
/** Takes 350 units to write: more than a unit a second leaves over in five minutes. */
const large = (id: string): Record<string, AttributeValue> => ({
  id: text(id),
  big: text('x'.repeat(350 * 1_024 - 20)),
});
const OF_TABLE = {
  name: 'ProvisionedThroughputExceededException',
  message:
    'The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.',
};
const OF_INDEX = {
  name: 'ProvisionedThroughputExceededException',
  message:
    'The level of configured provisioned throughput for one or more global secondary indexes of the table was exceeded. Consider increasing your provisioning level for the under-provisioned global secondary indexes with the UpdateTable API.',
};
const arnOf = (table: string) => `arn:aws:dynamodb:us-east-1:000000000000:table/${table}`;
const because = (reason: string, resource: string) => ({ ThrottlingReasons: [{ reason, resource }] });

async function provisioned(read: number, write: number, more: Partial<CreateTableCommandInput> = {}) {
  return await makeTable(shared.client, {
    ...KEY_OF_ONE,
    BillingMode: 'PROVISIONED',
    ProvisionedThroughput: units(read, write),
    ...more,
  });
}
const indexed = (
  throughput: Pick<CreateTableCommandInput, 'ProvisionedThroughput' | 'OnDemandThroughput'>,
) => ({
  AttributeDefinitions: [
    { AttributeName: 'id', AttributeType: 'S' as const },
    { AttributeName: 'kind', AttributeType: 'S' as const },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'by-kind',
      KeySchema: [{ AttributeName: 'kind', KeyType: 'HASH' as const }],
      Projection: { ProjectionType: 'ALL' as const },
      ...throughput,
    },
  ],
});
const put = async (TableName: string, Item: Record<string, AttributeValue>) =>
  await shared.client.send(new PutItemCommand({ TableName, Item }));
const get = async (TableName: string, id: string, ConsistentRead = true) =>
  await shared.client.send(new GetItemCommand({ TableName, Key: { id: text(id) }, ConsistentRead }));

describe('provisioned throughput', () => {
  test('lets writes through that it has units for, by the platform’s clock and as UpdateTable says', async () => {
    const table = await provisioned(1, 1);
    await put(table, large('a'));
    expect(await refusal(put(table, { id: text('b') }))).toMatchObject({
      ...OF_TABLE,
      ...because('TableWriteProvisionedThroughputExceeded', arnOf(table)),
    });
    expect((await get(table, 'b')).Item).toBeUndefined();
    await advanceClock(shared.server, 120_000);
    await put(table, { id: text('b') });
    await put(table, large('a'));
    expect(await refusal(put(table, { id: text('b') }))).toMatchObject(OF_TABLE);
    await shared.client.send(
      new UpdateTableCommand({ TableName: table, ProvisionedThroughput: units(1, 1_000) }),
    );
    await advanceClock(shared.server, 2_000);
    await put(table, { id: text('b') });
  });

  test('lets half as many consistent reads through as others', async () => {
    const table = await provisioned(1, 2);
    await put(table, large('a'));
    /** How many it takes until one is refused. */
    const reads = async (isConsistent: boolean): Promise<number> => {
      for (let count = 0; ; count += 1) {
        const read = await get(table, 'a', isConsistent).catch((error: unknown) => error);
        if (!(read instanceof Error)) continue;
        expect(read).toMatchObject(OF_TABLE);
        return count;
      }
    };
    // What comes by the second would soon be enough for one more.
    await withFrozenClock(shared.server, async () => {
      expect(await reads(true)).toBe(4);
      await advanceClock(shared.server, 3_600_000);
      expect(await reads(false)).toBe(7);
    });
    const query = new QueryCommand({
      TableName: table,
      KeyConditionExpression: 'id = :id',
      ExpressionAttributeValues: { ':id': text('a') },
    });
    expect(await refusal(shared.client.send(query))).toMatchObject(
      because('TableReadProvisionedThroughputExceeded', arnOf(table)),
    );
  });

  test('bounds statements as it bounds everything else', async () => {
    const table = await provisioned(1, 1);
    await put(table, large('a'));
    const insert = `INSERT INTO "${table}" VALUE {'id': 'b'}`;
    expect(
      await refusal(shared.client.send(new ExecuteStatementCommand({ Statement: insert }))),
    ).toMatchObject(OF_TABLE);
    const Statements = [{ Statement: insert }];
    const { Responses } = await shared.client.send(new BatchExecuteStatementCommand({ Statements }));
    expect(Responses).toMatchObject([{ TableName: table, Error: { Code: 'ProvisionedThroughputExceeded' } }]);
    const transaction = new ExecuteTransactionCommand({ TransactStatements: Statements });
    expect(await refusal(shared.client.send(transaction))).toMatchObject({
      CancellationReasons: [{ Code: 'ProvisionedThroughputExceeded' }],
    });
    const select = new ExecuteStatementCommand({
      Statement: `SELECT id FROM "${table}" WHERE id IN ['a', 'b']`,
      ConsistentRead: true,
    });
    for (let count = 0; count < 3; count += 1) {
      expect((await shared.client.send(select)).NextToken).toBeUndefined();
    }
    // What is read before nothing is left is answered.
    expect(await shared.client.send(select)).toMatchObject({
      Items: [{ id: text('a') }],
      NextToken: expect.any(String),
    });
    expect(await refusal(shared.client.send(select))).toMatchObject(OF_TABLE);
  });

  test('of an index holds up writes that the index has to take', async () => {
    const table = await provisioned(1, 1_000, indexed({ ProvisionedThroughput: units(1, 1) }));
    await put(table, { ...large('a'), kind: text('k') });
    expect(await refusal(put(table, { id: text('b'), kind: text('k') }))).toMatchObject({
      ...OF_INDEX,
      ...because('IndexWriteProvisionedThroughputExceeded', `${arnOf(table)}/index/by-kind`),
    });
    await put(table, { id: text('c') });
    const query = new QueryCommand({
      TableName: table,
      IndexName: 'by-kind',
      KeyConditionExpression: 'kind = :k',
      ExpressionAttributeValues: { ':k': text('k') },
    });
    await withFrozenClock(shared.server, async () => {
      for (let count = 0; count < 7; count += 1) await shared.client.send(query);
      expect(await refusal(shared.client.send(query))).toMatchObject(
        because('IndexReadProvisionedThroughputExceeded', `${arnOf(table)}/index/by-kind`),
      );
    });
    await get(table, 'a');
  });

  test('leaves over what a batch has no units for, and refuses it when that is everything', async () => {
    const [full, empty] = [await provisioned(1, 2), await provisioned(1, 1)];
    await put(empty, large('a'));
    for (let count = 0; count < 4; count += 1) await get(empty, 'a');
    const request = { PutRequest: { Item: { id: text('b') } } };
    const write = async (...tables: string[]) =>
      await shared.client.send(
        new BatchWriteItemCommand({
          RequestItems: Object.fromEntries(tables.map((table) => [table, [request]])),
        }),
      );
    expect((await write(full, empty)).UnprocessedItems).toEqual({ [empty]: [request] });
    expect(await refusal(write(empty))).toMatchObject(OF_TABLE);
    const read = async (...tables: string[]) =>
      await shared.client.send(
        new BatchGetItemCommand({
          RequestItems: Object.fromEntries(tables.map((table) => [table, { Keys: [{ id: text('b') }] }])),
        }),
      );
    expect(await read(full, empty)).toMatchObject({
      Responses: { [full]: [{ id: text('b') }] },
      UnprocessedKeys: { [empty]: { Keys: [{ id: text('b') }] } },
    });
    expect(await refusal(read(empty))).toMatchObject(OF_TABLE);
  });

  test('cancels transactions, which take twice as much, with a reason', async () => {
    const [full, empty] = [await provisioned(1, 2), await provisioned(1, 1)];
    const member = (TableName: string, id: string) => ({
      Put: { TableName, Item: { ...large(id), big: text('x'.repeat(200 * 1_024)) } },
    });
    const transact = async (...tables: string[]) =>
      await shared.client.send(
        new TransactWriteItemsCommand({ TransactItems: tables.map((table) => member(table, 'a')) }),
      );
    await transact(empty);
    const cancelled = await refusal(transact(full, empty));
    expect(cancelled).toMatchObject({
      name: 'TransactionCanceledException',
      CancellationReasons: [
        { Code: 'None' },
        { Code: 'ProvisionedThroughputExceeded', Message: OF_TABLE.message },
      ],
    });
    expect((await get(full, 'a')).Item).toBeUndefined();
    await withFrozenClock(shared.server, async () => {
      for (let count = 0; count < 6; count += 1) await get(empty, 'a');
      const Get = { TableName: empty, Key: { id: text('a') } };
      expect(
        await refusal(shared.client.send(new TransactGetItemsCommand({ TransactItems: [{ Get }] }))),
      ).toMatchObject({ CancellationReasons: [{ Code: 'ProvisionedThroughputExceeded' }] });
    });
  });

  test('is changed only to something else, and lowered four times a day, then once an hour', async () => {
    const table = await provisioned(10, 10);
    const update = async (read: number, write: number) =>
      await shared.client.send(
        new UpdateTableCommand({ TableName: table, ProvisionedThroughput: units(read, write) }),
      );
    expect(await refusal(update(10, 10))).toMatchObject({
      name: 'ValidationException',
      message: expect.stringMatching(/^The provisioned throughput for the table will not change\./) as string,
    });
    for (const read of [9, 8, 7, 6]) await update(read, 10);
    expect(await refusal(update(5, 10))).toMatchObject({
      name: 'LimitExceededException',
      message: expect.stringContaining('Number of decreases today: 4. Last decrease at ') as string,
    });
    await update(11, 10);
    const { Table } = await shared.client.send(new DescribeTableCommand({ TableName: table }));
    expect(Table?.ProvisionedThroughput).toMatchObject({
      ...units(11, 10),
      NumberOfDecreasesToday: 4,
      LastDecreaseDateTime: expect.any(Date) as Date,
      LastIncreaseDateTime: expect.any(Date) as Date,
    });
    await advanceClock(shared.server, 3_600_000);
    await update(4, 10);
  });
});

describe('throughput on demand', () => {
  test('has no bounds but those that are set', async () => {
    const table = await makeTable(shared.client, {
      ...KEY_OF_ONE,
      ...indexed({ OnDemandThroughput: { MaxWriteRequestUnits: 1 } }),
      OnDemandThroughput: { MaxReadRequestUnits: 1, MaxWriteRequestUnits: 2 },
    });
    await put(table, { ...large('a'), kind: text('k') });
    expect(await refusal(put(table, { id: text('b'), kind: text('k') }))).toMatchObject({
      name: 'ThrottlingException',
      message: 'Throughput exceeds the maximum OnDemandThroughput configured on table or index',
      throttlingReasons: [
        { reason: 'IndexWriteMaxOnDemandThroughputExceeded', resource: `${arnOf(table)}/index/by-kind` },
      ],
    });
    await put(table, { id: text('b') });
    const { Table } = await shared.client.send(new DescribeTableCommand({ TableName: table }));
    expect(Table).toMatchObject({
      OnDemandThroughput: { MaxReadRequestUnits: 1, MaxWriteRequestUnits: 2 },
      GlobalSecondaryIndexes: [{ OnDemandThroughput: { MaxReadRequestUnits: -1, MaxWriteRequestUnits: 1 } }],
    });
    await shared.client.send(
      new UpdateTableCommand({
        TableName: table,
        OnDemandThroughput: { MaxReadRequestUnits: -1 },
        GlobalSecondaryIndexUpdates: [
          { Update: { IndexName: 'by-kind', OnDemandThroughput: { MaxWriteRequestUnits: -1 } } },
        ],
      }),
    );
    await putAll(shared.client, table, { id: text('b'), kind: text('k') });
  });

  test('is changed to provisioned with units for all indexes', async () => {
    const table = await makeTable(shared.client, { ...KEY_OF_ONE, ...indexed({}) });
    const change = {
      TableName: table,
      BillingMode: 'PROVISIONED' as const,
      ProvisionedThroughput: units(1, 1),
    };
    expect(await refusal(shared.client.send(new UpdateTableCommand(change)))).toMatchObject({
      name: 'ValidationException',
      message:
        'One or more parameter values were invalid: ProvisionedThroughput is not specified for index: by-kind',
    });
    const Update = { IndexName: 'by-kind', ProvisionedThroughput: units(2, 2) };
    await shared.client.send(
      new UpdateTableCommand({ ...change, GlobalSecondaryIndexUpdates: [{ Update }] }),
    );
    const { Table } = await shared.client.send(new DescribeTableCommand({ TableName: table }));
    expect(Table).toMatchObject({
      BillingModeSummary: { BillingMode: 'PROVISIONED' },
      ProvisionedThroughput: units(1, 1),
      GlobalSecondaryIndexes: [{ ProvisionedThroughput: units(2, 2) }],
    });
    expect(
      await refusal(
        shared.client.send(
          new UpdateTableCommand({
            TableName: table,
            AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'N' }],
            DeletionProtectionEnabled: true,
          }),
        ),
      ),
    ).toMatchObject({
      message:
        'One or more parameter values were invalid: Attributes cannot be redefined. Please check that your attribute has the same type as previously defined.',
    });
  });
});

test('item collections are told of where a table has a local index', async () => {
  const attribute = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' as const });
  const keyOf = (range: string) => [
    { AttributeName: 'id', KeyType: 'HASH' as const },
    { AttributeName: range, KeyType: 'RANGE' as const },
  ];
  const table = await makeTable(shared.client, {
    AttributeDefinitions: [attribute('id'), attribute('at'), attribute('kind')],
    KeySchema: keyOf('at'),
    LocalSecondaryIndexes: [
      { IndexName: 'by-kind', KeySchema: keyOf('kind'), Projection: { ProjectionType: 'ALL' } },
    ],
  });
  const Item = { id: text('a'), at: text('b') };
  const metrics = { ItemCollectionKey: { id: text('a') }, SizeEstimateRangeGB: [0, 1] };
  const asked = { ReturnItemCollectionMetrics: 'SIZE' as const };
  const alone = await shared.client.send(new PutItemCommand({ TableName: table, Item, ...asked }));
  expect(alone.ItemCollectionMetrics).toEqual(metrics);
  const RequestItems = { [table]: [{ PutRequest: { Item } }] };
  const batch = await shared.client.send(new BatchWriteItemCommand({ RequestItems, ...asked }));
  expect(batch.ItemCollectionMetrics).toEqual({ [table]: [metrics] });
  const TransactItems = [{ Delete: { TableName: table, Key: Item } }];
  const together = await shared.client.send(new TransactWriteItemsCommand({ TransactItems, ...asked }));
  expect(together.ItemCollectionMetrics).toEqual({ [table]: [metrics] });
});
