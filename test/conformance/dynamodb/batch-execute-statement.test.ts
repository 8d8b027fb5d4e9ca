import {
  BatchExecuteStatementCommand,
  type BatchStatementRequest,
  GetItemCommand,
} from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { KEY_OF_TWO, makeTable, number, putAll, text } from '../../support/tables.ts';
import { refusal, useDynamodb } from './dynamodb-fixtures.ts';

const shared = useDynamodb();
const run = async (Statements: BatchStatementRequest[]) =>
  await shared.client.send(new BatchExecuteStatementCommand({ Statements, ReturnConsumedCapacity: 'TOTAL' }));
const statements = (...texts: string[]): BatchStatementRequest[] => texts.map((Statement) => ({ Statement }));

test('reads each item that a statement names, consistently or not', async () => {
  const table = await makeTable(shared.client, KEY_OF_TWO);
  await putAll(
    shared.client,
    table,
    { id: text('a'), at: number(1), n: number(7) },
    { id: text('a'), at: number(2) },
  );
  const select = `SELECT n FROM "${table}" WHERE id = ? AND "at" = ?`;
  const { Responses, ConsumedCapacity } = await run([
    { Statement: select, Parameters: [text('a'), number(1)], ConsistentRead: true },
    { Statement: select, Parameters: [text('a'), number(2)] },
    { Statement: select, Parameters: [text('a'), number(3)] },
    { Statement: `SELECT * FROM "${table}" WHERE id IN ['a'] AND "at" = 2` },
  ]);
  expect(Responses).toEqual([
    { TableName: table, Item: { n: number(7) } },
    { TableName: table, Item: {} },
    { TableName: table },
    { TableName: table, Item: { id: text('a'), at: number(2) } },
  ]);
  expect(ConsumedCapacity).toEqual([{ TableName: table, CapacityUnits: 2.5 }]);
});

test('writes what it can; the others say why not', async () => {
  const table = await makeTable(shared.client);
  await putAll(shared.client, table, { id: text('a'), n: number(1) }, { id: text('gone'), n: number(1) });
  const { Responses, ConsumedCapacity } = await run([
    ...statements(
      `INSERT INTO "${table}" VALUE {'id': 'new'}`,
      `INSERT INTO "${table}" VALUE {'id': 'a'}`,
      `UPDATE "${table}" SET n = n + 1 WHERE id = 'a' RETURNING MODIFIED NEW *`,
      `UPDATE "${table}" SET n = n + 1 WHERE id = 'a' RETURNING MODIFIED NEW *`,
      `UPDATE "${table}" SET n = 5 WHERE id = 'a' AND n = 1`,
    ),
    {
      Statement: `UPDATE "${table}" SET n = 5 WHERE id = 'a' AND n = 1`,
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    },
    ...statements(
      `DELETE FROM "${table}" WHERE id = 'gone' RETURNING ALL OLD *`,
      `DELETE FROM "${table}" WHERE n = 1`,
      `SLECT * FROM "${table}"`,
      `DELETE FROM "none-such" WHERE id = 'a'`,
      `EXISTS(SELECT * FROM "${table}" WHERE id = 'a' AND n = 1)`,
      `UPDATE "${table}" SET n = ? WHERE id = 'a'`,
    ),
  ]);
  const named = { TableName: table };
  const failed = { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed' };
  const invalid = (Message: string) => ({ Error: { Code: 'ValidationError', Message } });
  expect(Responses).toEqual([
    named,
    { ...named, Error: { Code: 'DuplicateItem', Message: 'Duplicate primary key exists in table' } },
    { ...named, Item: { n: number(2) } },
    { ...named, Item: { n: number(3) } },
    { ...named, Error: failed },
    { ...named, Error: { ...failed, Item: { id: text('a'), n: number(3) } } },
    { ...named, Item: { id: text('gone'), n: number(1) } },
    invalid('Where clause does not contain a mandatory equality on all key attributes'),
    invalid("Statement wasn't well formed, can't be processed: Expected data manipulation"),
    { Error: { Code: 'ResourceNotFound', Message: 'Requested resource not found' } },
    invalid('EXISTS can only be used in ExecuteTransaction write requests.'),
    invalid("Number of parameters in request and statement don't match."),
  ]);
  expect(ConsumedCapacity).toEqual([{ TableName: table, CapacityUnits: 4 }]);
  const { Item } = await shared.client.send(new GetItemCommand({ TableName: table, Key: { id: text('a') } }));
  expect(Item).toEqual({ id: text('a'), n: number(3) });
});

test('a SELECT of anything but an item by its key is refused by itself', async () => {
  const table = await makeTable(shared.client, KEY_OF_TWO);
  const { Responses } = await run(
    statements(
      `SELECT * FROM "${table}" WHERE id = 'a'`,
      `SELECT * FROM "${table}" WHERE id = 'a' AND "at" = 1 AND n = 1`,
      `SELECT * FROM "${table}" WHERE id = 'a' AND "at" = 1`,
    ),
  );
  const Message =
    'Select statements within BatchExecuteStatement must specify the primary key in the where clause.';
  const refused = { Error: { Code: 'ValidationError', Message } };
  expect(Responses).toEqual([refused, refused, { TableName: table }]);
});

test('takes up to 25 statements, reads or writes', async () => {
  const table = await makeTable(shared.client);
  const select = `SELECT * FROM "${table}" WHERE id = 'a'`;
  const insert = `INSERT INTO "${table}" VALUE {'id': 'a'}`;
  expect(await refusal(run(statements(select, insert)))).toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining('does not support both read and write operations'),
  });
  expect(await refusal(run([]))).toMatchObject({ name: 'ValidationException' });
  expect(await refusal(run(statements(...Array<string>(26).fill(insert))))).toMatchObject({
    name: 'ValidationException',
  });
  expect((await run(statements(select))).Responses).toEqual([{ TableName: table }]);
});
