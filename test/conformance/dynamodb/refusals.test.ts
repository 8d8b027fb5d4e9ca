import {
  type AttributeValue,
  BatchWriteItemCommand,
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeContributorInsightsCommand,
  GetItemCommand,
  ListTagsOfResourceCommand,
  PutItemCommand,
  QueryCommand,
  TagResourceCommand,
  TransactGetItemsCommand,
  TransactWriteItemsCommand,
  UntagResourceCommand,
  UpdateContinuousBackupsCommand,
  UpdateContributorInsightsCommand,
  UpdateItemCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { beforeAll, describe, expect, test } from 'vitest';
import { advanceClock } from '../../support/async-events.ts';
import { KEY_OF_ONE, KEY_OF_TWO, makeTable, number, putAll, text } from '../../support/tables.ts';
import { refusal, useDynamodb } from './dynamodb-fixtures.ts';

/** Requests that DynamoDB refuses, in its words; which of two problems it tells of first, too. */
const shared = useDynamodb();
const PREFIX = 'One or more parameter values were invalid: ';
let table = '';
let indexed = '';

beforeAll(async () => {
  table = await makeTable(shared.client);
  indexed = await makeTable(shared.client, {
    ...KEY_OF_TWO,
    AttributeDefinitions: [
      ...(KEY_OF_TWO.AttributeDefinitions ?? []),
      { AttributeName: 'kind', AttributeType: 'S' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'by-kind',
        KeySchema: [{ AttributeName: 'kind', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
  });
});

/** Values in each other; the innermost one level below. */
function nested(levels: number): AttributeValue {
  let value = text('x');
  for (let level = 0; level < levels; level += 1) value = { L: [value] };
  return value;
}

describe('keys', () => {
  test('of new tables', async () => {
    const create = async (input: Partial<CreateTableCommandInput>) =>
      await refusal(
        shared.client.send(
          new CreateTableCommand({
            TableName: 'new',
            BillingMode: 'PAY_PER_REQUEST',
            ...(KEY_OF_ONE as Pick<CreateTableCommandInput, 'KeySchema' | 'AttributeDefinitions'>),
            ...input,
          }),
        ),
      );
    const { message } = await create({ TableName: 'ab' });
    expect(message).toMatch(/^1 validation error detected: Value 'ab' at 'tableName' .* or equal to 3$/);
    const element = (AttributeName: string, KeyType: 'HASH' | 'RANGE') => ({ AttributeName, KeyType });
    const three = [element('a', 'HASH'), element('b', 'RANGE'), element('c', 'RANGE')];
    expect((await create({ KeySchema: three })).message).toContain(
      'must have length less than or equal to 2',
    );
    const twice = [element('id', 'HASH'), element('id', 'RANGE')];
    expect((await create({ KeySchema: twice })).message).toContain('Invalid KeySchema');
    const units = { ReadCapacityUnits: 1_000_000_000_001, WriteCapacityUnits: 1 };
    expect(await create({ BillingMode: 'PROVISIONED', ProvisionedThroughput: units })).toMatchObject({
      message: 'Given value 1000000000001 for ReadCapacityUnits is out of bounds',
    });
  });

  test('that are too long, of tables and of indexes', async () => {
    const put = async (Item: Record<string, AttributeValue>) =>
      await refusal(shared.client.send(new PutItemCommand({ TableName: indexed, Item })));
    expect(await put({ id: text('x'.repeat(2_049)), at: number(1) })).toMatchObject({
      message: `${PREFIX}Size of hashkey has exceeded the maximum size limit of2048 bytes`,
    });
    expect(await put({ id: text('x'), at: number(1), kind: text('x'.repeat(2_049)) })).toMatchObject({
      message: `${PREFIX}Size of hashkey has exceeded the maximum size limit of2048 bytes`,
    });
  });

  test('of other types cancel a transaction, empty ones and batches of them are refused at once', async () => {
    const wrong = { id: number(1) };
    const Update = {
      TableName: table,
      Key: wrong,
      UpdateExpression: 'SET a = :a',
      ExpressionAttributeValues: { ':a': text('b') },
    };
    const write = async (...TransactItems: object[]) =>
      await refusal(shared.client.send(new TransactWriteItemsCommand({ TransactItems })));
    expect(await write({ Put: { TableName: table, Item: { id: text('fine') } } }, { Update })).toMatchObject({
      name: 'TransactionCanceledException',
      CancellationReasons: [
        { Code: 'None' },
        { Code: 'ValidationError', Message: 'The provided key element does not match the schema' },
      ],
    });
    expect(await write({ Put: { TableName: table, Item: wrong } })).toMatchObject({
      CancellationReasons: [
        { Code: 'ValidationError', Message: `${PREFIX}Type mismatch for key id expected: S actual: N` },
      ],
    });
    const empty = await write({ Delete: { TableName: table, Key: { id: text('') } } });
    expect(empty).toMatchObject({ name: 'ValidationException' });
    const Get = { TableName: table, Key: {} };
    const read = new TransactGetItemsCommand({ TransactItems: [{ Get }] });
    expect(await refusal(shared.client.send(read))).toMatchObject({
      CancellationReasons: [{ Code: 'ValidationError' }],
    });
    const PutRequest = { Item: wrong };
    const batch = new BatchWriteItemCommand({ RequestItems: { [table]: [{ PutRequest }] } });
    expect(await refusal(shared.client.send(batch))).toMatchObject({
      message: 'The provided key element does not match the schema',
    });
    const stored = await shared.client.send(
      new GetItemCommand({ TableName: table, Key: { id: text('fine') } }),
    );
    expect(stored.Item).toBeUndefined();
  });
});

describe('sizes', () => {
  test('values lie 32 deep at most, whoever puts them there', async () => {
    const Key = { id: text('deep') };
    const deepest = { ...Key, deep: nested(31) };
    await putAll(shared.client, table, deepest);
    const tooDeep = {
      name: 'ValidationException',
      message: expect.stringMatching(/^Nesting Levels/) as string,
    };
    const Item = { ...Key, deep: nested(32) };
    expect(await refusal(shared.client.send(new PutItemCommand({ TableName: table, Item })))).toMatchObject(
      tooDeep,
    );
    const update = new UpdateItemCommand({
      TableName: table,
      Key,
      UpdateExpression: 'SET deep[1] = :v',
      ExpressionAttributeValues: { ':v': nested(31) },
    });
    expect(await refusal(shared.client.send(update))).toMatchObject(tooDeep);
    expect((await shared.client.send(new GetItemCommand({ TableName: table, Key }))).Item).toEqual(deepest);
  });

  test('expressions have 4 KB at most, transactions 4 MB', async () => {
    const ProjectionExpression = 'a'.repeat(4_097);
    const get = new GetItemCommand({ TableName: table, Key: { id: text('a') }, ProjectionExpression });
    expect(await refusal(shared.client.send(get))).toMatchObject({
      message:
        'Invalid ProjectionExpression: Expression size has exceeded the maximum allowed size; expression size: 4097',
    });
    const TransactItems = Array.from({ length: 11 }, (_, index) => ({
      Put: { TableName: table, Item: { id: text(`large-${index}`), big: text('x'.repeat(400_000)) } },
    }));
    const transact = new TransactWriteItemsCommand({ TransactItems });
    expect(await refusal(shared.client.send(transact))).toMatchObject({ name: 'ValidationException' });
  });
});

describe('Query', () => {
  const KIND = 'Invalid KeyConditionExpression: ';
  test.each([
    [
      'id = :s AND begins_with(#at, :n)',
      `${KIND}Incorrect operand type for operator or function; operator or function: begins_with, operand type: N`,
    ],
    [
      'id = :s AND :b >= #at',
      `${KIND}Incorrect operand type for operator or function; operator or function: >=, operand type: BOOL`,
    ],
    [
      'id = :s AND #at > :n AND #at < :n',
      `${KIND}KeyConditionExpressions must only contain one condition per key`,
    ],
    [
      'id = :s AND #at > :n AND extra = :n',
      'The number of query conditions (3) exceeds the number of key attributes defined in the schema (2)',
    ],
    ['id = :s AND begins_with(#at, :s)', `${PREFIX}Condition parameter type does not match schema type`],
  ])('with %s', async (KeyConditionExpression, message) => {
    const used = (name: string) => KeyConditionExpression.includes(name);
    const values = { ':s': text('a'), ':n': number(1), ':b': { BOOL: true } };
    const query = new QueryCommand({
      TableName: indexed,
      KeyConditionExpression,
      ExpressionAttributeNames: { '#at': 'at' },
      ExpressionAttributeValues: Object.fromEntries(Object.entries(values).filter(([name]) => used(name))),
    });
    expect(await refusal(shared.client.send(query))).toMatchObject({ message });
  });

  test('of an index for what the index does not have', async () => {
    const query = new QueryCommand({
      TableName: indexed,
      IndexName: 'by-kind',
      KeyConditionExpression: 'kind = :k',
      ProjectionExpression: 'at2, extra.part, kind',
      ExpressionAttributeValues: { ':k': text('k') },
    });
    expect(await refusal(shared.client.send(query))).toMatchObject({
      message: `${PREFIX}Global secondary index by-kind does not project [at2, extra]`,
    });
  });

  test.each([
    [
      { ComparisonOperator: 'BETWEEN', AttributeValueList: [number(2), number(1)] },
      'The BETWEEN condition was',
    ],
    [
      { ComparisonOperator: 'IN', AttributeValueList: [number(2), text('a')] },
      `${PREFIX}AttributeValues inside`,
    ],
    [
      { ComparisonOperator: 'BEGINS_WITH', AttributeValueList: [number(1)] },
      `${PREFIX}ComparisonOperator BEGINS_WITH is not valid for N AttributeValue type`,
    ],
  ] as const)('with older conditions: %#', async (at, message) => {
    const id = { ComparisonOperator: 'EQ' as const, AttributeValueList: [text('a')] };
    const query = new QueryCommand({
      TableName: indexed,
      KeyConditions: { id, at: { ...at, AttributeValueList: [...at.AttributeValueList] } },
    });
    expect((await refusal(shared.client.send(query))).message).toContain(message);
  });
});

describe('settings', () => {
  const arn = () => `arn:aws:dynamodb:us-east-1:000000000000:table/${table}`;

  test('that would have no effect are refused by name', async () => {
    const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
    const recovery = new UpdateContinuousBackupsCommand({
      TableName: table,
      PointInTimeRecoverySpecification,
    });
    expect(await refusal(shared.client.send(recovery))).toMatchObject({
      message: 'PointInTimeRecovery is not implemented by Lambent yet.',
    });
    const insights = new UpdateContributorInsightsCommand({
      TableName: table,
      ContributorInsightsAction: 'ENABLE',
    });
    expect(await refusal(shared.client.send(insights))).toMatchObject({ name: 'ValidationException' });
    const absent = new DescribeContributorInsightsCommand({ TableName: table, IndexName: 'none' });
    expect(await refusal(shared.client.send(absent))).toMatchObject({ name: 'ResourceNotFoundException' });
    const more = new ListTagsOfResourceCommand({ ResourceArn: arn(), NextToken: 'made-up' });
    expect(await refusal(shared.client.send(more))).toMatchObject({ name: 'ValidationException' });
  });

  test('TimeToLive changes once an hour', async () => {
    const change = async (Enabled: boolean) => {
      const TimeToLiveSpecification = { Enabled, AttributeName: 'until' };
      await shared.client.send(new UpdateTimeToLiveCommand({ TableName: table, TimeToLiveSpecification }));
    };
    await change(true);
    expect(await refusal(change(false))).toMatchObject({
      message: 'Time to live has been modified multiple times within a fixed interval',
    });
    await advanceClock(shared.server, 3_600_000);
    await change(false);
  });

  test('indexes are made one at a time, tags are some', async () => {
    const made = (IndexName: string) => ({
      Create: {
        IndexName,
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' as const }],
        Projection: { ProjectionType: 'ALL' as const },
      },
    });
    const update = new UpdateTableCommand({
      TableName: table,
      AttributeDefinitions: KEY_OF_ONE.AttributeDefinitions,
      GlobalSecondaryIndexUpdates: [made('one'), made('two')],
    });
    expect(await refusal(shared.client.send(update))).toMatchObject({ name: 'LimitExceededException' });
    const tag = new TagResourceCommand({ ResourceArn: arn(), Tags: [] });
    const untag = new UntagResourceCommand({ ResourceArn: arn(), TagKeys: [] });
    expect((await refusal(shared.client.send(tag))).message).toContain('one Tag needs');
    expect((await refusal(shared.client.send(untag))).message).toContain('one Tag Key needs');
  });

  test('other accounts’ tables are theirs', async () => {
    const TableName = arn().replace('000000000000', '111111111111');
    const get = new GetItemCommand({ TableName, Key: { id: text('a') } });
    expect(await refusal(shared.client.send(get))).toMatchObject({ name: 'AccessDeniedException' });
  });
});
