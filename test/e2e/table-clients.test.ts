import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  BatchWriteCommand,
  DynamoDBDocumentClient,
  NumberValue,
  ExecuteStatementCommand,
  ExecuteTransactionCommand,
  paginateQuery,
  PutCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { run } from '../support/commands.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { dynamodbFor, KEY_OF_TWO, makeTable } from '../support/tables.ts';

/** A machine may be busy with much else. */
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let server: TestServer;
let client: DynamoDBClient;

beforeAll(async () => {
  server = await startServer();
  client = dynamodbFor(server);
});
afterAll(async () => {
  client?.destroy();
  await server?.stop();
});

describe('programs’ own clients of DynamoDB', () => {
  test('the document client of JavaScript', async () => {
    const documents = DynamoDBDocumentClient.from(client, {
      marshallOptions: { removeUndefinedValues: true },
    });
    const TableName = await makeTable(client, KEY_OF_TWO);
    const Items = Array.from({ length: 25 }, (_, at) => ({
      id: 'a',
      at,
      tags: new Set(['x', `${at}`]),
      none: undefined,
    }));
    await documents.send(
      new BatchWriteCommand({
        RequestItems: { [TableName]: Items.map((Item) => ({ PutRequest: { Item } })) },
      }),
    );
    const { Attributes } = await documents.send(
      new UpdateCommand({
        TableName,
        Key: { id: 'a', at: 3 },
        UpdateExpression: 'SET nested = :nested ADD tags :more',
        ExpressionAttributeValues: {
          ':nested': { list: [1, null, { deep: true }] },
          ':more': new Set(['y']),
        },
        ReturnValues: 'ALL_NEW',
      }),
    );
    expect(Attributes).toEqual({
      id: 'a',
      at: 3,
      tags: new Set(['3', 'x', 'y']),
      nested: { list: [1, null, { deep: true }] },
    });
    const put = (at: number) => ({
      Put: { TableName, Item: { id: 'b', at }, ConditionExpression: 'attribute_not_exists(id)' },
    });
    await documents.send(new TransactWriteCommand({ TransactItems: [put(1), put(2)] }));
    await expect(
      documents.send(new TransactWriteCommand({ TransactItems: [put(2), put(3)] })),
    ).rejects.toMatchObject({ name: 'TransactionCanceledException' });
    await documents.send(new PutCommand({ TableName, Item: { id: 'c', at: 0.1, big: 2n ** 80n } }));
    const seen: unknown[] = [];
    const pages = paginateQuery(
      { client: documents, pageSize: 7 },
      { TableName, KeyConditionExpression: 'id = :id', ExpressionAttributeValues: { ':id': 'a' } },
    );
    for await (const { Items: page = [] } of pages) seen.push(...page.map((item) => item['at']));
    expect(seen).toEqual(Items.map(({ at }) => at));
  });

  test('statements of the document client', async () => {
    const documents = DynamoDBDocumentClient.from(client);
    const table = await makeTable(client, KEY_OF_TWO);
    const insert = `INSERT INTO "${table}" VALUE {'id': ?, 'at': ?, 'tags': ?, 'nested': {'list': [1, NULL]}}`;
    await documents.send(
      new ExecuteTransactionCommand({
        TransactStatements: [1, 2, 3].map((at) => ({
          Statement: insert,
          Parameters: ['a', at, new Set([`t${at}`])],
        })),
      }),
    );
    const { Items } = await documents.send(
      new ExecuteStatementCommand({
        Statement: `SELECT * FROM "${table}" WHERE id = ? AND "at" >= ? AND contains(tags, ?)`,
        Parameters: ['a', 2, 't3'],
      }),
    );
    expect(Items).toEqual([{ id: 'a', at: 3, tags: new Set(['t3']), nested: { list: [1, null] } }]);
  });

  test('numbers with all their digits, as far as a client keeps them', async () => {
    const documents = DynamoDBDocumentClient.from(client, { unmarshallOptions: { wrapNumbers: true } });
    const TableName = await makeTable(client);
    const digits = '12345678901234567890123456789012345678';
    const written = [digits, `-${digits}`, `0.${digits}`, '9.99e125', '1E-130', '-0.0', '100'];
    const exact = written.map((number) => NumberValue.from(number));
    await documents.send(new PutCommand({ TableName, Item: { id: 'a', exact } }));
    const { Attributes } = await documents.send(
      new UpdateCommand({
        TableName,
        Key: { id: 'a' },
        UpdateExpression: 'SET oneLess = exact[0] - :one, oneMore = exact[1] + :one',
        ExpressionAttributeValues: { ':one': 1 },
        ReturnValues: 'ALL_NEW',
      }),
    );
    const { exact: read, oneLess, oneMore } = Attributes ?? {};
    expect((read as { value: string }[]).map(({ value }) => value)).toEqual([
      digits,
      `-${digits}`,
      `0.${digits}`,
      `999${'0'.repeat(123)}`,
      `0.${'0'.repeat(129)}1`,
      '0',
      '100',
    ]);
    const next = digits.replace(/8$/, '7');
    expect([oneLess, oneMore]).toMatchObject([{ value: next }, { value: `-${next}` }]);
    const put = new PutCommand({ TableName, Item: { id: 'b', n: NumberValue.from(`${digits}9`) } });
    await expect(documents.send(put)).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'Attempting to store more than 38 significant digits in a Number',
    });
  });

  test('resources and condition builders of boto3', async ({ skip }) => {
    const hasBoto3 = await run('python3', ['-c', 'import boto3']).then(
      ({ code }) => code === 0,
      () => false,
    );
    if (!hasBoto3) skip('boto3 is not installed');
    const TableName = await makeTable(client, KEY_OF_TWO);
    const { code, stdout, stderr } = await run('python3', ['-c', BOTO3, server.endpoint, TableName]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.any(String) });
    expect(JSON.parse(stdout)).toEqual({
      queried: [2, 3],
      scanned: 2,
      failed: 'ConditionalCheckFailedException',
      exact: '0.10000000000000000000000000000000000001',
      bytes: 'AAH/',
      statements: ['DuplicateItemException', '0.10000000000000000000000000000000000001', [5, 4]],
    });
  });
});

const BOTO3 = `
import base64, json, sys
from decimal import Decimal
import boto3
from boto3.dynamodb.conditions import Attr, Key

settings = dict(endpoint_url=sys.argv[1], region_name='us-east-1', aws_access_key_id='test', aws_secret_access_key='test')
resource = boto3.resource('dynamodb', **settings)
table = resource.Table(sys.argv[2])
with table.batch_writer() as batch:
    for at in range(40):
        batch.put_item(Item={'id': 'a', 'at': at, 'even': at % 2 == 0, 'words': {'one', 'two'}})
    batch.delete_item(Key={'id': 'a', 'at': 0})
queried = table.query(KeyConditionExpression=Key('id').eq('a') & Key('at').between(2, 5), Limit=2)
pages = table.scan(FilterExpression=Attr('even').eq(True) & Attr('at').lt(5) & Attr('words').contains('two'))
table.put_item(Item={'id': 'n', 'at': Decimal('0.10000000000000000000000000000000000001'), 'b': bytes([0, 1, 255])})
item = table.query(KeyConditionExpression=Key('id').eq('n'))['Items'][0]
try:
    table.update_item(Key={'id': 'a', 'at': 1}, UpdateExpression='SET even = :x', ExpressionAttributeValues={':x': 1}, ConditionExpression=Attr('even').exists() & Attr('even').eq(True))
    failed = None
except resource.meta.client.exceptions.ConditionalCheckFailedException as error:
    failed = error.response['Error']['Code']
try:
    client = resource.meta.client
    client.execute_statement(Statement=f'INSERT INTO "{table.name}" VALUE ' + "{'id': ?, 'at': ?}", Parameters=['a', 5])
    statements = [None]
except client.exceptions.DuplicateItemException as error:
    statements = [error.response['Error']['Code']]
found = client.execute_statement(Statement=f'SELECT "at" FROM "{table.name}" WHERE id = ?', Parameters=['n'])
statements.append(str(found['Items'][0]['at']))
ordered = f'SELECT "at" FROM "{table.name}" WHERE id = ? AND "at" IN [4, 5] ORDER BY "at" DESC'
statements.append([int(one['at']) for one in client.execute_statement(Statement=ordered, Parameters=['a'])['Items']])
print(json.dumps({
    'statements': statements,
    'queried': [int(one['at']) for one in queried['Items']],
    'scanned': len(pages['Items']),
    'failed': failed,
    'exact': str(item['at']),
    'bytes': base64.b64encode(item['b'].value).decode(),
}))
`;
