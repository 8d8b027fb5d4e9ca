import { describe, expect, test } from 'vitest';
import { contextOf } from '../../../test/support/request-context.ts';
import { dynamodbActions } from './dynamodb-actions.ts';

const TABLE = 'arn:aws:dynamodb:us-east-1:000000000000:table/orders';

function actionsOf(operation: string, input: Record<string, unknown>): string[] {
  return dynamodbActions(operation, input, contextOf('dynamodb', operation)).map(
    ({ action, resource }) => `${action} ${resource}`,
  );
}

describe('the actions of PartiQL', () => {
  test('are of the table or index that a statement names', () => {
    const statement = (Statement: string) => actionsOf('ExecuteStatement', { Statement });
    expect(statement("SELECT * FROM orders WHERE id = 'a'")).toEqual([`dynamodb:PartiQLSelect ${TABLE}`]);
    expect(statement('SELECT * FROM "orders"."by-day"')).toEqual([
      `dynamodb:PartiQLSelect ${TABLE}/index/by-day`,
    ]);
    expect(statement(`UPDATE "${TABLE.replace('arn:aws:', 'arn:aws-cn:')}" REMOVE a WHERE id = ?`)).toEqual([
      `dynamodb:PartiQLUpdate ${TABLE}`,
    ]);
    // It does nothing, and is answered with what is wrong with it.
    expect(statement('SLECT * FROM orders')).toEqual([]);
    expect(statement('SELECT * FROM "no table"')).toEqual([]);
  });

  test('are those of all statements of a batch or transaction', () => {
    const texts = [
      "INSERT INTO orders VALUE {'id': 'a'}",
      "DELETE FROM orders WHERE id = 'b'",
      "EXISTS(SELECT * FROM orders WHERE id = 'c' AND n = 1)",
      'nothing',
    ];
    const statements = texts.map((Statement) => ({ Statement }));
    const wanted = ['PartiQLInsert', 'PartiQLDelete', 'PartiQLSelect'].map(
      (name) => `dynamodb:${name} ${TABLE}`,
    );
    expect(actionsOf('ExecuteTransaction', { TransactStatements: statements })).toEqual(wanted);
    expect(actionsOf('BatchExecuteStatement', { Statements: statements })).toEqual(wanted);
  });

  test('tell policies that they are part of a transaction', () => {
    const statements = [{ Statement: 'DELETE FROM orders WHERE id = 1' }];
    const keysOf = (operation: string, input: Record<string, unknown>) =>
      dynamodbActions(operation, input, contextOf('dynamodb', operation)).map(({ keys }) => keys);
    expect(keysOf('ExecuteTransaction', { TransactStatements: statements })).toEqual([
      { 'dynamodb:EnclosingOperation': 'ExecuteTransaction' },
    ]);
    expect(keysOf('TransactWriteItems', { TransactItems: [{ Put: { TableName: 'orders' } }] })).toEqual([
      { 'dynamodb:EnclosingOperation': 'TransactWriteItems' },
    ]);
    expect(keysOf('BatchExecuteStatement', { Statements: statements })).toEqual([undefined]);
  });
});
