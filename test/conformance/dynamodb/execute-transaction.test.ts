import { randomUUID } from 'node:crypto';
import {
  ExecuteTransactionCommand,
  type ExecuteTransactionCommandInput,
  GetItemCommand,
  type ParameterizedStatement,
} from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { makeTable, number, putAll, text } from '../../support/tables.ts';
import { refusal, useDynamodb } from './dynamodb-fixtures.ts';

const shared = useDynamodb();
const run = async (
  given: (string | ParameterizedStatement)[],
  settings: Partial<ExecuteTransactionCommandInput> = {},
) => {
  const TransactStatements = given.map((one) => (typeof one === 'string' ? { Statement: one } : one));
  return await shared.client.send(new ExecuteTransactionCommand({ TransactStatements, ...settings }));
};
const stored = async (TableName: string, id: string) =>
  (await shared.client.send(new GetItemCommand({ TableName, Key: { id: text(id) } }))).Item;
const cancelled = (...codes: string[]) => ({
  name: 'TransactionCanceledException',
  message: `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes.join(', ')}]`,
  CancellationReasons: codes.map((Code) => expect.objectContaining({ Code })),
});

test('does everything or nothing, and says of each statement why', async () => {
  const table = await makeTable(shared.client);
  await putAll(shared.client, table, { id: text('a'), n: number(1) }, { id: text('gone') });
  const done = await run(
    [
      { Statement: `INSERT INTO "${table}" VALUE {'id': ?, 'n': 0}`, Parameters: [text('new')] },
      `UPDATE "${table}" SET n = n + 5 WHERE id = 'a' AND attribute_exists(n)`,
      `DELETE FROM "${table}" WHERE id = 'gone'`,
    ],
    { ReturnConsumedCapacity: 'TOTAL' },
  );
  expect(done.Responses).toEqual([]);
  expect(done.ConsumedCapacity).toEqual([{ TableName: table, CapacityUnits: 6, WriteCapacityUnits: 6 }]);
  expect(await stored(table, 'a')).toEqual({ id: text('a'), n: number(6) });
  const failed = await refusal(
    run([
      `INSERT INTO "${table}" VALUE {'id': 'new'}`,
      {
        Statement: `UPDATE "${table}" SET n = 9 WHERE id = 'a' AND n = 7`,
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
      `DELETE FROM "${table}" WHERE id = 'never'`,
    ]),
  );
  expect(failed).toMatchObject(cancelled('DuplicateItem', 'ConditionalCheckFailed', 'None'));
  expect(failed.CancellationReasons).toMatchObject([
    { Message: 'Duplicate primary key exists in table' },
    { Message: 'The conditional request failed', Item: { id: text('a'), n: number(6) } },
    { Code: 'None' },
  ]);
  expect(await stored(table, 'a')).toEqual({ id: text('a'), n: number(6) });
});

test('EXISTS is a condition on an item that is not written', async () => {
  const table = await makeTable(shared.client);
  await putAll(shared.client, table, { id: text('a'), n: number(1) }, { id: text('b') });
  const exists = (where: string): string => `EXISTS(SELECT * FROM "${table}" WHERE ${where})`;
  const update = `UPDATE "${table}" SET touched = TRUE WHERE id = 'b'`;
  expect(await refusal(run([exists("id = 'a' AND n = 2"), update]))).toMatchObject(
    cancelled('ConditionalCheckFailed', 'None'),
  );
  expect(await refusal(run([exists("id = 'none' AND n IS MISSING"), update]))).toMatchObject(
    cancelled('ConditionalCheckFailed', 'None'),
  );
  expect(await stored(table, 'b')).toEqual({ id: text('b') });
  await run([exists("id = 'a' AND n = 1 AND x IS MISSING"), update]);
  expect(await stored(table, 'b')).toEqual({ id: text('b'), touched: { BOOL: true } });
  expect(await stored(table, 'a')).toEqual({ id: text('a'), n: number(1) });
  expect(await refusal(run([exists("id = 'a'"), update]))).toMatchObject({
    message:
      'Validation failed in TransactStatements[0]: EXISTS() must contain a single item read with additional condition',
  });
});

test('reads items as they are at one moment', async () => {
  const table = await makeTable(shared.client);
  await putAll(shared.client, table, { id: text('a'), n: number(1) });
  const select = (id: string, what = '*'): string => `SELECT ${what} FROM "${table}" WHERE id = '${id}'`;
  const read = await run([select('a', 'n'), select('none')], { ReturnConsumedCapacity: 'TOTAL' });
  expect(read.Responses).toEqual([{ Item: { n: number(1) } }, {}]);
  expect(read.ConsumedCapacity).toEqual([{ TableName: table, CapacityUnits: 4, ReadCapacityUnits: 4 }]);
  expect(await refusal(run([select('a'), select('a')]))).toMatchObject({
    name: 'ValidationException',
    message: 'Transaction request cannot include multiple operations on one item',
  });
  expect(await refusal(run([select('a'), `SELECT * FROM "${table}" WHERE id = 1`]))).toMatchObject(
    cancelled('None', 'ValidationError'),
  );
  for (const [statement, message] of [
    [
      `${select('a')} AND n = 1`,
      'Select statements within ExecuteTransaction must specify the primary key in the where clause.',
    ],
    [`SELECT * FROM "${table}"."index"`, 'Reads on indices are not supported within transactions.'],
    [`SELECT * FROM "${table}" WHERE`, "Statement wasn't well formed, can't be processed: Unexpected term"],
  ] as const) {
    expect(await refusal(run([statement]))).toMatchObject({
      name: 'ValidationException',
      message: `Validation failed in TransactStatements[0]: ${message}`,
    });
  }
  expect(await refusal(run([select('a'), `DELETE FROM "${table}" WHERE id = 'a'`]))).toMatchObject({
    message: 'ExecuteTransaction API does not support both read and write operations in the same request.',
  });
});

test('statements that name no item, or no table, cancel it', async () => {
  const table = await makeTable(shared.client);
  const update = `UPDATE "${table}" SET a = 1 WHERE`;
  expect(
    await refusal(
      run([`${update} n = 1`, `${update} id = 1`, `UPDATE "none-such" SET a = 1 WHERE id = 'a'`]),
    ),
  ).toMatchObject(cancelled('ValidationError', 'ValidationError', 'ResourceNotFound'));
  const invalid = await refusal(
    run([`UPDATE "none-such" SET a = 1 WHERE id = 'a'`, `${update} id = 'a' RETURNING ALL NEW *`]),
  );
  expect(invalid).toMatchObject({
    name: 'ValidationException',
    message:
      'Validation failed in TransactStatements[1]: RETURNING clause is not supported in ExecuteTransaction.',
  });
  const bad = { Statement: `${update} id = ?`, Parameters: [{ SS: ['a', 'a'] }] };
  expect(await refusal(run([update, bad]))).toMatchObject({
    message: 'One or more parameter values were invalid: Input collection [a, a] contains duplicates.',
  });
});

test('takes up to four megabytes', async () => {
  const table = await makeTable(shared.client);
  const insert = (id: string): ParameterizedStatement => ({
    Statement: `INSERT INTO "${table}" VALUE {'id': ?, 'big': ?}`,
    Parameters: [text(id), text('x'.repeat(400_000))],
  });
  const ids = Array.from({ length: 11 }, (_, index) => String(index));
  expect(await refusal(run(ids.map(insert)))).toMatchObject({
    name: 'ValidationException',
    message: 'Transaction request size exceeds the limit of 4 MB',
  });
  await run(ids.slice(0, 10).map(insert));
  expect(await stored(table, '9')).toBeDefined();
});

test('does the same request once', async () => {
  const table = await makeTable(shared.client);
  await putAll(shared.client, table, { id: text('a'), n: number(0) });
  const ClientRequestToken = randomUUID();
  const update = `UPDATE "${table}" SET n = n + 1 WHERE id = 'a'`;
  await run([update], { ClientRequestToken });
  await run([update], { ClientRequestToken });
  expect(await stored(table, 'a')).toMatchObject({ n: number(1) });
  expect(await refusal(run([`${update} AND n = 1`], { ClientRequestToken }))).toMatchObject({
    name: 'IdempotentParameterMismatchException',
  });
});
