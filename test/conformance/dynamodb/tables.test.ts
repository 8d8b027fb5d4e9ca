import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteTableCommand,
  DescribeTableCommand,
  ListTablesCommand,
  ListTagsOfResourceCommand,
  QueryCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateTableCommand,
  waitUntilTableExists,
  waitUntilTableNotExists,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { KEY_OF_ONE, makeTable, putAll, text } from '../../support/tables.ts';
import { refusal, useDynamodb } from './dynamodb-fixtures.ts';

const shared = useDynamodb();

describe('tables', () => {
  test('are made, described, listed and deleted', async () => {
    const TableName = 'a-table.of_its-own';
    const Tags = [{ Key: 'team', Value: 'one' }];
    const { TableDescription } = await shared.client.send(
      new CreateTableCommand({
        TableName,
        ...(KEY_OF_ONE as Pick<CreateTableCommandInput, 'KeySchema' | 'AttributeDefinitions'>),
        ProvisionedThroughput: { ReadCapacityUnits: 2, WriteCapacityUnits: 3 },
        Tags,
      }),
    );
    const TableArn = `arn:aws:dynamodb:us-east-1:000000000000:table/${TableName}`;
    expect(TableDescription).toMatchObject({ TableName, TableArn, TableStatus: 'CREATING', ItemCount: 0 });
    await waitUntilTableExists({ client: shared.client, maxWaitTime: 30 }, { TableName });
    await putAll(shared.client, TableName, { id: text('a') });
    const { Table } = await shared.client.send(new DescribeTableCommand({ TableName: TableArn }));
    expect(Table).toMatchObject({
      TableStatus: 'ACTIVE',
      ProvisionedThroughput: { ReadCapacityUnits: 2, WriteCapacityUnits: 3 },
      ItemCount: 1,
      TableSizeBytes: 3,
      ...KEY_OF_ONE,
    });
    const { TableNames } = await shared.client.send(
      new ListTablesCommand({ ExclusiveStartTableName: 'a-table', Limit: 1 }),
    );
    expect(TableNames).toEqual([TableName]);
    expect((await shared.client.send(new ListTagsOfResourceCommand({ ResourceArn: TableArn }))).Tags).toEqual(
      Tags,
    );
    await shared.client.send(
      new TagResourceCommand({ ResourceArn: TableArn, Tags: [{ Key: 'x', Value: 'y' }] }),
    );
    await shared.client.send(new UntagResourceCommand({ ResourceArn: TableArn, TagKeys: ['team'] }));
    expect((await shared.client.send(new ListTagsOfResourceCommand({ ResourceArn: TableArn }))).Tags).toEqual(
      [{ Key: 'x', Value: 'y' }],
    );
    await shared.client.send(new DeleteTableCommand({ TableName }));
    await waitUntilTableNotExists({ client: shared.client, maxWaitTime: 30 }, { TableName });
    expect(await refusal(shared.client.send(new DescribeTableCommand({ TableName })))).toMatchObject({
      name: 'ResourceNotFoundException',
      message: `Requested resource not found: Table: ${TableName} not found`,
    });
  });

  test('of a name are there once, and may be protected', async () => {
    const TableName = await makeTable(shared.client, { ...KEY_OF_ONE, DeletionProtectionEnabled: true });
    const again = new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      ...(KEY_OF_ONE as Pick<CreateTableCommandInput, 'KeySchema' | 'AttributeDefinitions'>),
    });
    expect(await refusal(shared.client.send(again))).toMatchObject({
      name: 'ResourceInUseException',
      message: `Table already exists: ${TableName}`,
    });
    expect(await refusal(shared.client.send(new DeleteTableCommand({ TableName })))).toMatchObject({
      name: 'ValidationException',
    });
    await shared.client.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: false }));
    await shared.client.send(new DeleteTableCommand({ TableName }));
  });

  test('get new indexes, filled, and lose them', async () => {
    const TableName = await makeTable(shared.client);
    await putAll(
      shared.client,
      TableName,
      ...Array.from({ length: 30 }, (_, index) => ({
        id: text(`item-${index}`),
        ...(index % 3 === 0 && { kind: text('third') }),
      })),
    );
    await shared.client.send(
      new UpdateTableCommand({
        TableName,
        AttributeDefinitions: [{ AttributeName: 'kind', AttributeType: 'S' }],
        GlobalSecondaryIndexUpdates: [
          {
            Create: {
              IndexName: 'by-kind',
              KeySchema: [{ AttributeName: 'kind', KeyType: 'HASH' }],
              Projection: { ProjectionType: 'KEYS_ONLY' },
            },
          },
        ],
      }),
    );
    const query = new QueryCommand({
      TableName,
      IndexName: 'by-kind',
      KeyConditionExpression: 'kind = :kind',
      ExpressionAttributeValues: { ':kind': text('third') },
    });
    expect((await shared.client.send(query)).Count).toBe(10);
    await shared.client.send(
      new UpdateTableCommand({
        TableName,
        GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'by-kind' } }],
      }),
    );
    expect(await refusal(shared.client.send(query))).toMatchObject({ name: 'ValidationException' });
    const { Table } = await shared.client.send(new DescribeTableCommand({ TableName }));
    expect(Table?.AttributeDefinitions).toEqual(KEY_OF_ONE.AttributeDefinitions);
  });

  test('miss no write in an index that is made meanwhile', async () => {
    const TableName = await makeTable(shared.client);
    const put = async (index: number) => {
      await putAll(shared.client, TableName, { id: text(`item-${index}`), kind: text('one') });
    };
    const puts = Array.from({ length: 150 }, async (_, index) => await put(index));
    const Create = {
      IndexName: 'by-kind',
      KeySchema: [{ AttributeName: 'kind', KeyType: 'HASH' as const }],
      Projection: { ProjectionType: 'KEYS_ONLY' as const },
    };
    const update = shared.client.send(
      new UpdateTableCommand({
        TableName,
        AttributeDefinitions: [{ AttributeName: 'kind', AttributeType: 'S' }],
        GlobalSecondaryIndexUpdates: [{ Create }],
      }),
    );
    await Promise.all([...puts, update]);
    const query = new QueryCommand({
      TableName,
      IndexName: 'by-kind',
      KeyConditionExpression: 'kind = :kind',
      ExpressionAttributeValues: { ':kind': text('one') },
    });
    expect((await shared.client.send(query)).Count).toBe(150);
  });

  test.each([
    [
      { AttributeDefinitions: [] },
      'One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions. Keys: [id], AttributeDefinitions: []',
    ],
    [
      { BillingMode: undefined },
      'One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED',
    ],
    [
      { KeySchema: [{ AttributeName: 'id', KeyType: 'RANGE' as const }] },
      'One or more parameter values were invalid: Invalid KeySchema: The first KeySchemaElement is not a HASH key type',
    ],
    [{ SSESpecification: { Enabled: true } }, 'SSESpecification is not implemented by Lambent yet.'],
    [
      { SSESpecification: { SSEType: 'KMS' as const } },
      'SSESpecification is not implemented by Lambent yet.',
    ],
    [
      {
        VectorIndexes: [
          {
            IndexName: 'near',
            VectorAttribute: { AttributeName: 'v' },
            Dimensions: 3,
            DistanceFunction: 'COSINE' as const,
            Projection: { ProjectionType: 'ALL' as const },
          },
        ],
      },
      'VectorIndexes is not implemented by Lambent yet.',
    ],
    [
      {
        GlobalSecondaryIndexes: [
          {
            IndexName: 'any',
            KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' as const }],
            Projection: { ProjectionType: 'ALL' as const },
            WarmThroughput: { ReadUnitsPerSecond: 12_000 },
          },
        ],
      },
      'WarmThroughput is not implemented by Lambent yet.',
    ],
  ])('are refused when they could not be: %#', async (input, message) => {
    expect(await refusal(makeTable(shared.client, { ...KEY_OF_ONE, ...input }))).toMatchObject({
      name: 'ValidationException',
      message,
    });
  });
});
