import {
  type AttributeValue,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { KEY_OF_TWO, makeTable, number, putAll, text } from '../../support/tables.ts';
import { refusal, useDynamodb } from './dynamodb-fixtures.ts';

const shared = useDynamodb();
const stored = async (TableName: string, Key: Record<string, AttributeValue>) =>
  (await shared.client.send(new GetItemCommand({ TableName, Key }))).Item;

describe('PutItem and GetItem', () => {
  test('keep values of every type', async () => {
    const table = await makeTable(shared.client);
    const Item: Record<string, AttributeValue> = {
      id: text('one'),
      number: { N: '3.14159265358979323846264338327950288419'.slice(0, 39) },
      bytes: { B: new Uint8Array([0, 1, 255]) },
      texts: { SS: ['a', 'b'] },
      numbers: { NS: ['1', '2.5'] },
      binaries: { BS: [new Uint8Array([1]), new Uint8Array([2])] },
      list: { L: [text(''), { NULL: true }, { BOOL: false }] },
      map: { M: { 'a.b': { M: { deep: { L: [] } } } } },
      empty: text(''),
    };
    await shared.client.send(new PutItemCommand({ TableName: table, Item }));
    expect(await stored(table, { id: text('one') })).toEqual(Item);
  });

  test('show numbers in one form', async () => {
    const table = await makeTable(shared.client);
    await putAll(shared.client, table, { id: text('n'), n: { N: '1.500E2' }, s: { NS: ['-0.0', '010'] } });
    expect(await stored(table, { id: text('n') })).toMatchObject({ n: { N: '150' }, s: { NS: ['0', '10'] } });
  });

  test('replace an item as a whole, and show the one before when asked to', async () => {
    const table = await makeTable(shared.client);
    await putAll(shared.client, table, { id: text('a'), x: number(1) });
    const { Attributes } = await shared.client.send(
      new PutItemCommand({
        TableName: table,
        Item: { id: text('a'), y: number(2) },
        ReturnValues: 'ALL_OLD',
      }),
    );
    expect(Attributes).toEqual({ id: text('a'), x: number(1) });
    expect(await stored(table, { id: text('a') })).toEqual({ id: text('a'), y: number(2) });
    expect(await stored(table, { id: text('b') })).toBeUndefined();
  });

  test('a condition that does not hold changes nothing, and shows the item when asked to', async () => {
    const table = await makeTable(shared.client);
    const put = (Item: Record<string, AttributeValue>) =>
      shared.client.send(
        new PutItemCommand({
          TableName: table,
          Item,
          ConditionExpression: 'attribute_not_exists(id)',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
    await put({ id: text('a'), x: number(1) });
    expect(await refusal(put({ id: text('a'), x: number(2) }))).toMatchObject({
      name: 'ConditionalCheckFailedException',
      message: 'The conditional request failed',
      Item: { id: text('a'), x: number(1) },
    });
    expect(await stored(table, { id: text('a') })).toMatchObject({ x: number(1) });
  });

  test.each([
    [{}, 'One or more parameter values were invalid: Missing the key id in the item'],
    [
      { id: number(1) },
      'One or more parameter values were invalid: Type mismatch for key id expected: S actual: N',
    ],
    [
      { id: text('') },
      'One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: id',
    ],
    [{ id: text('a'), n: { N: 'x' } }, 'The parameter cannot be converted to a numeric value: x'],
    [
      { id: text('a'), s: { SS: [] } },
      'One or more parameter values were invalid: An string set  may not be empty',
    ],
    [
      { id: text('a'), s: { SS: ['a', 'a'] } },
      'One or more parameter values were invalid: Input collection [a, a] contains duplicates.',
    ],
    [{ id: text('a'), big: text('x'.repeat(409_600)) }, 'Item size has exceeded the maximum allowed size'],
  ])('refuse an item that cannot be kept: %#', async (Item, message) => {
    const table = await makeTable(shared.client);
    const put = new PutItemCommand({ TableName: table, Item });
    expect(await refusal(shared.client.send(put))).toMatchObject({ name: 'ValidationException', message });
  });

  test('show part of an item', async () => {
    const table = await makeTable(shared.client);
    await putAll(shared.client, table, {
      id: text('a'),
      m: { M: { x: number(1), y: number(2) } },
      z: number(3),
    });
    const { Item } = await shared.client.send(
      new GetItemCommand({
        TableName: table,
        Key: { id: text('a') },
        ProjectionExpression: '#m.y, z',
        ExpressionAttributeNames: { '#m': 'm' },
      }),
    );
    expect(Item).toEqual({ m: { M: { y: number(2) } }, z: number(3) });
  });

  test('refuse keys that are not the table’s, and tables that are not there', async () => {
    const table = await makeTable(shared.client, KEY_OF_TWO);
    const get = (TableName: string, Key: Record<string, AttributeValue>) =>
      refusal(shared.client.send(new GetItemCommand({ TableName, Key })));
    expect(await get(table, { id: text('a') })).toMatchObject({
      name: 'ValidationException',
      message: 'The provided key element does not match the schema',
    });
    expect(await get('nowhere', { id: text('a') })).toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'Requested resource not found',
    });
  });

  test('count what they use', async () => {
    const table = await makeTable(shared.client);
    const Item = { id: text('a'), big: text('x'.repeat(2_500)) };
    const put = await shared.client.send(
      new PutItemCommand({ TableName: table, Item, ReturnConsumedCapacity: 'TOTAL' }),
    );
    expect(put.ConsumedCapacity).toEqual({ TableName: table, CapacityUnits: 3 });
    const get = await shared.client.send(
      new GetItemCommand({ TableName: table, Key: { id: text('a') }, ReturnConsumedCapacity: 'INDEXES' }),
    );
    expect(get.ConsumedCapacity).toEqual({
      TableName: table,
      CapacityUnits: 0.5,
      Table: { CapacityUnits: 0.5 },
    });
  });
});

describe('UpdateItem', () => {
  test('changes an item, or makes one, and shows what was asked for', async () => {
    const table = await makeTable(shared.client);
    const update = async (ReturnValues: 'ALL_NEW' | 'UPDATED_OLD' | 'UPDATED_NEW' | 'ALL_OLD') =>
      (
        await shared.client.send(
          new UpdateItemCommand({
            TableName: table,
            Key: { id: text('a') },
            UpdateExpression: 'SET n = if_not_exists(n, :zero) + :one, m = :text',
            ExpressionAttributeValues: { ':zero': number(0), ':one': number(1), ':text': text('t') },
            ReturnValues,
          }),
        )
      ).Attributes;
    expect(await update('ALL_NEW')).toEqual({ id: text('a'), n: number(1), m: text('t') });
    expect(await update('UPDATED_OLD')).toEqual({ n: number(1), m: text('t') });
    expect(await update('UPDATED_NEW')).toEqual({ n: number(3), m: text('t') });
    expect(await update('ALL_OLD')).toEqual({ id: text('a'), n: number(3), m: text('t') });
  });

  test('counts exactly, however many count at once', async () => {
    const table = await makeTable(shared.client);
    const add = new UpdateItemCommand({
      TableName: table,
      Key: { id: text('counter') },
      UpdateExpression: 'ADD n :one',
      ExpressionAttributeValues: { ':one': number(1) },
    });
    await Promise.all(Array.from({ length: 200 }, async () => await shared.client.send(add)));
    expect(await stored(table, { id: text('counter') })).toMatchObject({ n: number(200) });
  });

  test('takes the older parameters', async () => {
    const table = await makeTable(shared.client);
    await putAll(shared.client, table, {
      id: text('a'),
      n: number(1),
      s: { SS: ['x', 'y'] },
      old: number(1),
    });
    const { Attributes } = await shared.client.send(
      new UpdateItemCommand({
        TableName: table,
        Key: { id: text('a') },
        AttributeUpdates: {
          n: { Action: 'ADD', Value: number(4) },
          s: { Action: 'DELETE', Value: { SS: ['x'] } },
          old: { Action: 'DELETE' },
          put: { Value: text('p') },
        },
        Expected: { n: { Value: number(1) }, none: { Exists: false } },
        ReturnValues: 'ALL_NEW',
      }),
    );
    expect(Attributes).toEqual({ id: text('a'), n: number(5), s: { SS: ['y'] }, put: text('p') });
  });

  test.each([
    [
      { UpdateExpression: 'SET id = :v' },
      'One or more parameter values were invalid: Cannot update attribute id. This attribute is part of the key',
    ],
    [
      { UpdateExpression: 'SET a = :other' },
      'Invalid UpdateExpression: An expression attribute value used in expression is not defined; attribute value: :other',
    ],
    [
      {},
      'ExpressionAttributeValues can only be specified when using expressions: UpdateExpression and ConditionExpression are null',
    ],
    [
      { UpdateExpression: 'SET a = :v', Expected: { a: { Exists: false } } },
      'Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {Expected} Expression parameters: {UpdateExpression}',
    ],
  ])('refuses what it cannot do: %#', async (input, message) => {
    const table = await makeTable(shared.client);
    const update = new UpdateItemCommand({
      TableName: table,
      Key: { id: text('a') },
      ExpressionAttributeValues: { ':v': number(1) },
      ...input,
    });
    expect(await refusal(shared.client.send(update))).toMatchObject({ name: 'ValidationException', message });
    expect(await stored(table, { id: text('a') })).toBeUndefined();
  });
});

describe('DeleteItem', () => {
  test('deletes under a condition, and what is not there as well', async () => {
    const table = await makeTable(shared.client);
    await putAll(shared.client, table, { id: text('a'), n: number(1) });
    const remove = (value: number) =>
      shared.client.send(
        new DeleteItemCommand({
          TableName: table,
          Key: { id: text('a') },
          ConditionExpression: 'n = :n',
          ExpressionAttributeValues: { ':n': number(value) },
          ReturnValues: 'ALL_OLD',
        }),
      );
    expect(await refusal(remove(2))).toMatchObject({ name: 'ConditionalCheckFailedException' });
    expect((await remove(1)).Attributes).toEqual({ id: text('a'), n: number(1) });
    expect(await stored(table, { id: text('a') })).toBeUndefined();
    await shared.client.send(new DeleteItemCommand({ TableName: table, Key: { id: text('a') } }));
  });
});

describe('batches', () => {
  test('write and read several tables', async () => {
    const [one, other] = [await makeTable(shared.client), await makeTable(shared.client, KEY_OF_TWO)];
    await putAll(shared.client, one, { id: text('gone') });
    const { UnprocessedItems } = await shared.client.send(
      new BatchWriteItemCommand({
        RequestItems: {
          [one]: [
            { PutRequest: { Item: { id: text('a') } } },
            { DeleteRequest: { Key: { id: text('gone') } } },
          ],
          [other]: [{ PutRequest: { Item: { id: text('a'), at: number(1), x: text('y') } } }],
        },
      }),
    );
    expect(UnprocessedItems).toEqual({});
    const { Responses } = await shared.client.send(
      new BatchGetItemCommand({
        RequestItems: {
          [one]: { Keys: [{ id: text('a') }, { id: text('gone') }] },
          [other]: { Keys: [{ id: text('a'), at: number(1) }], ProjectionExpression: 'x' },
        },
      }),
    );
    expect(Responses).toEqual({ [one]: [{ id: text('a') }], [other]: [{ x: text('y') }] });
  });

  test('name no item twice', async () => {
    const table = await makeTable(shared.client);
    const duplicates = {
      name: 'ValidationException',
      message: 'Provided list of item keys contains duplicates',
    };
    const Key = { id: text('a') };
    const get = new BatchGetItemCommand({ RequestItems: { [table]: { Keys: [Key, Key] } } });
    expect(await refusal(shared.client.send(get))).toMatchObject(duplicates);
    const put = { PutRequest: { Item: Key } };
    const write = new BatchWriteItemCommand({ RequestItems: { [table]: [put, put] } });
    expect(await refusal(shared.client.send(write))).toMatchObject(duplicates);
    expect(await stored(table, Key)).toBeUndefined();
  });
});
