import { randomUUID } from 'node:crypto';
import {
  GetItemCommand,
  TransactGetItemsCommand,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { advanceClock } from '../../support/async-events.ts';
import { makeTable, number, putAll, text } from '../../support/tables.ts';
import { refusal, useDynamodb } from './dynamodb-fixtures.ts';

const shared = useDynamodb();
const write = async (TransactItems: TransactWriteItem[], ClientRequestToken: string = randomUUID()) =>
  await shared.client.send(new TransactWriteItemsCommand({ TransactItems, ClientRequestToken }));
const stored = async (TableName: string, id: string) =>
  (await shared.client.send(new GetItemCommand({ TableName, Key: { id: text(id) } }))).Item;
const move = (
  TableName: string,
  id: string,
  by: number,
  ConditionExpression?: string,
): TransactWriteItem => ({
  Update: {
    TableName,
    Key: { id: text(id) },
    UpdateExpression: 'ADD n :by',
    ExpressionAttributeValues: { ':by': number(by), ...(ConditionExpression && { ':zero': number(0) }) },
    ...(ConditionExpression && { ConditionExpression }),
  },
});

describe('TransactWriteItems', () => {
  test('does everything or nothing, and says which condition did not hold', async () => {
    const table = await makeTable(shared.client);
    await putAll(shared.client, table, { id: text('a'), n: number(1) }, { id: text('gone') });
    const TableName = table;
    await write([
      { Put: { TableName, Item: { id: text('new') } } },
      { Delete: { TableName, Key: { id: text('gone') } } },
      move(table, 'a', 5),
      {
        ConditionCheck: {
          TableName,
          Key: { id: text('none') },
          ConditionExpression: 'attribute_not_exists(id)',
        },
      },
    ]);
    expect(await stored(table, 'a')).toEqual({ id: text('a'), n: number(6) });
    expect(await stored(table, 'gone')).toBeUndefined();
    const failed = await refusal(
      write([
        move(table, 'a', 1),
        {
          Put: {
            TableName,
            Item: { id: text('new'), x: number(1) },
            ConditionExpression: 'attribute_not_exists(id)',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          },
        },
      ]),
    );
    expect(failed).toMatchObject({
      name: 'TransactionCanceledException',
      message:
        'Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed]',
      CancellationReasons: [
        { Code: 'None' },
        {
          Code: 'ConditionalCheckFailed',
          Message: 'The conditional request failed',
          Item: { id: text('new') },
        },
      ],
    });
    expect(await stored(table, 'a')).toEqual({ id: text('a'), n: number(6) });
  });

  test('does the same request once', async () => {
    const table = await makeTable(shared.client);
    const token = randomUUID();
    await write([move(table, 'a', 1)], token);
    await write([move(table, 'a', 1)], token);
    expect(await stored(table, 'a')).toMatchObject({ n: number(1) });
    expect(await refusal(write([move(table, 'a', 2)], token))).toMatchObject({
      name: 'IdempotentParameterMismatchException',
    });
    await advanceClock(shared.server, 10 * 60_000);
    await write([move(table, 'a', 1)], token);
    expect(await stored(table, 'a')).toMatchObject({ n: number(2) });
  });

  test('moves what is there between items exactly, however many do so at once', async () => {
    const table = await makeTable(shared.client);
    const ids = ['a', 'b', 'c'];
    await putAll(shared.client, table, ...ids.map((id) => ({ id: text(id), n: number(20) })));
    const reads: Promise<number>[] = [];
    const moves = Array.from({ length: 120 }, async (_, index) => {
      const [from = '', to = ''] = [ids[index % 3], ids[(index + 1) % 3]];
      reads.push(total(table, ids));
      const isDone = write([move(table, from, -1, 'n > :zero'), move(table, to, 1)]).then(
        () => true,
        () => false,
      );
      return await isDone;
    });
    const done = await Promise.all(moves);
    expect(done.filter(Boolean).length).toBeGreaterThan(0);
    expect(new Set(await Promise.all(reads))).toEqual(new Set([60]));
    expect(await total(table, ids)).toBe(60);
  });

  test('takes one operation on an item, and one of a member', async () => {
    const table = await makeTable(shared.client);
    expect(await refusal(write([move(table, 'a', 1), move(table, 'a', 1)]))).toMatchObject({
      name: 'ValidationException',
      message: 'Transaction request cannot include multiple operations on one item',
    });
    expect(await refusal(write([{}]))).toMatchObject({ name: 'ValidationException' });
    expect(await stored(table, 'a')).toBeUndefined();
  });
});

async function total(TableName: string, ids: readonly string[]): Promise<number> {
  const { Responses } = await shared.client.send(
    new TransactGetItemsCommand({
      TransactItems: ids.map((id) => ({ Get: { TableName, Key: { id: text(id) } } })),
    }),
  );
  return (Responses ?? []).reduce((sum, { Item }) => sum + Number(Item?.['n']?.N), 0);
}
