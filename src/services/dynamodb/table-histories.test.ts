import { randomUUID } from 'node:crypto';
import type {
  AttributeValue,
  BatchGetItemOutput,
  DescribeTableOutput,
  QueryOutput,
  ScanOutput,
  TransactGetItemsOutput,
} from '@aws-sdk/client-dynamodb';
import type {
  DescribeStreamOutput,
  GetRecordsOutput,
  GetShardIteratorOutput,
} from '@aws-sdk/client-dynamodb-streams';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { engines } from '../../../test/support/engines.ts';
import { NO_STREAMS } from '../../../test/support/no-streams.ts';
import { contextOf } from '../../../test/support/request-context.ts';
import {
  holds,
  type Place,
  type PlainItem,
  projected,
  REFUSED,
  TableModel,
} from '../../../test/support/table-model.ts';
import {
  attributesOf,
  ExpressionWriter,
  plainItemOf,
  requestOf,
} from '../../../test/support/table-requests.ts';
import { type Call, outcomeOf, reasonsOf } from '../../../test/support/table-refusals.ts';
import { checkStatement, isSayable } from '../../../test/support/table-statements.ts';
import { type Step, step } from '../../../test/support/table-steps.ts';
import { MovableClock } from '../../model/clock.ts';
import { createDynamodbService } from './dynamodb-service.ts';
import { createDynamodbStreamsService } from './streams/dynamodb-streams-service.ts';
import { TablesRuntime } from './tables-runtime.ts';

const HISTORIES = Number(process.env['LAMBENT_TABLE_HISTORIES'] ?? 150);
/** A server is asked over the network: so many times fewer. */
const FEWER_ON_POSTGRES = 3;

/** Expressions and statements mean the same, so histories speak both. */
const spoken = fc.record({ does: step, asStatements: fc.boolean() });

type Attributes = Record<string, AttributeValue>;

/** What the second index shows. */
const KNOWN: readonly Place[] = [['id'], ['at'], ['n'], ['l']];
const MADE = {
  AttributeDefinitions: [{ AttributeName: 'n', AttributeType: 'N' }],
  GlobalSecondaryIndexUpdates: [
    {
      Create: {
        IndexName: 'by-n',
        KeySchema: [{ AttributeName: 'n', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['l'] },
      },
    },
  ],
};
const DROPPED = { GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'by-n' } }] };

describe.each(engines)('on $name', (engine) => {
  test('random histories end as they do in a slow and plain model, refusals and streams and all', async () => {
    const database = await engine.create();
    const store = await database.open();
    const runtime = new TablesRuntime({
      store,
      clock: new MovableClock(),
      streams: NO_STREAMS,
      owner: 'this one',
      onNotice: () => undefined,
    });
    const operations = {
      ...createDynamodbService(runtime).operations,
      ...createDynamodbStreamsService(runtime).operations,
    };
    const call = async <Output>(operation: string, input: object): Promise<Output> =>
      (await operations[operation]?.(input, contextOf('dynamodb', operation))) as Output;
    let count = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(spoken, { minLength: 10, maxLength: 30 }), async (steps) => {
        count += 1;
        const TableName = `table-${count}`;
        await call('CreateTable', tableInput(TableName));
        const model = new TableModel();
        for (const { does, asStatements } of steps) {
          if (asStatements && isSayable(does)) await checkStatement(does, model, TableName, call);
          else await check(does, model, TableName, call);
        }
        await checkStream(model, TableName, call);
      }),
      { numRuns: Math.ceil(engine.name === 'sqlite' ? HISTORIES : HISTORIES / FEWER_ON_POSTGRES) },
    );
    await store.close();
    await database.remove();
  }, 600_000);
});

async function check(one: Step, model: TableModel, TableName: string, call: Call): Promise<void> {
  switch (one.does) {
    case 'write': {
      const { operation, request } = requestOf(one.write, TableName);
      const { refusal, output } = await outcomeOf<{ Attributes?: Attributes }>(call(operation, request));
      const wanted = model.write(one.write);
      const isOld = 'AttributeUpdates' in request && wanted === REFUSED.operand;
      expect(refusal).toBe(isOld ? REFUSED.type : wanted);
      if (refusal !== undefined) return;
      expect(output?.Attributes && plainItemOf(output.Attributes)).toEqual(model.shown);
      return;
    }
    case 'transact': {
      const TransactItems = one.writes.map((each) => {
        const { operation, request } = requestOf(each, TableName);
        return { [operation.replace('Item', '')]: request };
      });
      const ClientRequestToken = randomUUID();
      const request = { TransactItems, ...(one.isTwice && { ClientRequestToken }) };
      const reasons = await reasonsOf(call('TransactWriteItems', request));
      expect(reasons).toEqual(model.transact(one.writes));
      // What was done is not done again.
      if (one.isTwice) expect(await reasonsOf(call('TransactWriteItems', request))).toEqual(reasons);
      return;
    }
    case 'batch': {
      const requests = one.writes.map((each) =>
        each.kind === 'put'
          ? { PutRequest: { Item: attributesOf(each.item) } }
          : { DeleteRequest: { Key: attributesOf(each.kind === 'delete' ? each.key : {}) } },
      );
      if (requests.length > 0) await call('BatchWriteItem', { RequestItems: { [TableName]: requests } });
      for (const each of one.writes) model.write(each);
      return;
    }
    case 'get': {
      const writer = new ExpressionWriter();
      const ProjectionExpression = one.places.map((place) => writer.place(place)).join(', ');
      const { Item } = await call<{ Item?: Attributes }>('GetItem', {
        TableName,
        Key: attributesOf(one.key),
        ...(one.places.length > 0 && { ProjectionExpression, ...writer.placeholders }),
      });
      const wanted = model.find(one.key);
      const shown = one.places.length === 0 ? wanted : wanted && projected(wanted, one.places);
      expect(Item && plainItemOf(Item)).toEqual(shown);
      return;
    }
    case 'gets': {
      const Keys = one.keys.map(attributesOf);
      const wanted = one.keys.map((key) => model.find(key));
      const TransactItems = Keys.map((Key) => ({ Get: { TableName, Key } }));
      const together = await call<TransactGetItemsOutput>('TransactGetItems', { TransactItems });
      expect(together.Responses?.map(({ Item }) => Item && plainItemOf(Item))).toEqual(wanted);
      const RequestItems = { [TableName]: { Keys } };
      const batch = await call<BatchGetItemOutput>('BatchGetItem', { RequestItems });
      const found = (batch.Responses?.[TableName] ?? []).map(plainItemOf);
      expect(new Set(found)).toEqual(new Set(wanted.filter((item) => item !== undefined)));
      return;
    }
    case 'switch':
      await call('UpdateTable', { TableName, ...(model.hasSecond ? DROPPED : MADE) });
      model.hasSecond = !model.hasSecond;
      return;
    case 'second':
    case 'local':
      await checkOtherIndex(one, model, TableName, call);
      return;
    case 'query':
    case 'scan':
    case 'index':
      await checkRead(one, model, TableName, call);
  }
}

async function checkRead(
  one: Extract<Step, { does: 'query' | 'scan' | 'index' }>,
  model: TableModel,
  TableName: string,
  call: Call,
): Promise<void> {
  const writer = new ExpressionWriter();
  if (one.does === 'query') {
    const range = `#at BETWEEN ${writer.value(one.range[0])} AND ${writer.value(one.range[1])}`;
    const input = {
      TableName,
      KeyConditionExpression: `${writer.place(['id'])} = ${writer.value(one.id)} AND ${range}`,
      ...(one.filter && { FilterExpression: writer.test(one.filter) }),
      ScanIndexForward: one.isForward,
      Limit: one.limit,
    };
    writer.place(['at']);
    const found = await pages(call, 'Query', { ...input, ...writer.placeholders });
    expect(found).toEqual(model.query(one.id, one.range[0], one.range[1], one.filter, one.isForward));
    return;
  }
  if (one.does === 'index') {
    const input = {
      TableName,
      IndexName: 'by-s',
      KeyConditionExpression: `${writer.place(['s'])} = ${writer.value(one.s)}`,
      ScanIndexForward: one.isForward,
      Limit: 2,
    };
    const found = await pages(call, 'Query', { ...input, ...writer.placeholders });
    const wanted = model.items.filter((each) => each['s'] === one.s && typeof each['n'] === 'number');
    expect(new Set(found)).toEqual(new Set(wanted));
    const order = found.map((each) => Number(each['n']) * (one.isForward ? 1 : -1));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    return;
  }
  const FilterExpression = one.filter && writer.test(one.filter);
  const found: PlainItem[] = [];
  for (let Segment = 0; Segment < one.segments; Segment += 1) {
    const input = { TableName, Segment, TotalSegments: one.segments, ...writer.placeholders };
    found.push(...(await pages(call, 'Scan', { ...input, ...(FilterExpression && { FilterExpression }) })));
  }
  const { filter } = one;
  expect(new Set(found)).toEqual(
    new Set(model.items.filter((each) => filter === undefined || holds(filter, each))),
  );
}

async function pages(call: Call, operation: string, input: object): Promise<PlainItem[]> {
  const items: PlainItem[] = [];
  let ExclusiveStartKey: object | undefined;
  do {
    const page: QueryOutput | ScanOutput = await call(operation, {
      ...input,
      ...(ExclusiveStartKey && { ExclusiveStartKey }),
    });
    items.push(...(page.Items ?? []).map((each) => plainItemOf(each)));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
  return items;
}

/** The index that comes and goes, and the local one: they know keys, and what they are told to. */
async function checkOtherIndex(
  one: Extract<Step, { does: 'second' | 'local' }>,
  model: TableModel,
  TableName: string,
  call: Call,
): Promise<void> {
  const writer = new ExpressionWriter();
  const known = (item: PlainItem): PlainItem => projected(item, KNOWN);
  if (one.does === 'second') {
    const query = {
      TableName,
      IndexName: 'by-n',
      KeyConditionExpression: `${writer.place(['n'])} = ${writer.value(one.n)}`,
      ...writer.placeholders,
    };
    if (!model.hasSecond) {
      const { refusal } = await outcomeOf(call('Query', query));
      expect(refusal).toBe('ValidationException: The table does not have the specified index: by-n');
      return;
    }
    const found = await pages(call, 'Query', { ...query, Limit: 2 });
    const wanted = model.items.filter(({ n }) => n === one.n).map(known);
    expect(found.length).toBe(wanted.length);
    expect(new Set(found)).toEqual(new Set(wanted));
    return;
  }
  const range = `${writer.place(['s'])} >= ${writer.value(one.from)}`;
  const found = await pages(call, 'Query', {
    TableName,
    IndexName: 'local-s',
    KeyConditionExpression: `${writer.place(['id'])} = ${writer.value(one.id)} AND ${range}`,
    ...writer.placeholders,
    ...(one.isWhole && { Select: 'ALL_ATTRIBUTES' }),
    Limit: 2,
  });
  const wanted = model.items.filter(({ id, s }) => id === one.id && typeof s === 'string' && s >= one.from);
  const keys = (item: PlainItem): PlainItem => projected(item, [['id'], ['at'], ['s']]);
  expect(new Set(found)).toEqual(new Set(one.isWhole ? wanted : wanted.map(keys)));
  const order = found.map(({ s }) => (typeof s === 'string' ? s : ''));
  expect(order).toEqual(order.toSorted());
}

/** The stream leads from nothing to what there is, each record from where the one before has led. */
async function checkStream(model: TableModel, TableName: string, call: Call): Promise<void> {
  const { Table } = await call<DescribeTableOutput>('DescribeTable', { TableName });
  const StreamArn = Table?.LatestStreamArn;
  const { StreamDescription } = await call<DescribeStreamOutput>('DescribeStream', { StreamArn });
  const ShardId = StreamDescription?.Shards?.[0]?.ShardId;
  const from = { StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' };
  const { ShardIterator } = await call<GetShardIteratorOutput>('GetShardIterator', from);
  const { Records = [] } = await call<GetRecordsOutput>('GetRecords', { ShardIterator });
  const items = new Map<string, PlainItem>();
  for (const { eventName, dynamodb = {} } of Records) {
    const { Keys = {}, OldImage, NewImage } = dynamodb as Record<string, Attributes | undefined>;
    const name = JSON.stringify(plainItemOf(Keys));
    expect(OldImage && plainItemOf(OldImage)).toEqual(items.get(name));
    expect(NewImage).not.toEqual(OldImage);
    expect(eventName).toBe(OldImage === undefined ? 'INSERT' : NewImage === undefined ? 'REMOVE' : 'MODIFY');
    if (NewImage === undefined) items.delete(name);
    else items.set(name, plainItemOf(NewImage));
  }
  expect(new Set(items.values())).toEqual(new Set(model.items));
  expect(Table?.ItemCount).toBe(model.items.length);
}

function tableInput(TableName: string): object {
  const keyOfTwo = (hash: string, range: string) => [
    { AttributeName: hash, KeyType: 'HASH' },
    { AttributeName: range, KeyType: 'RANGE' },
  ];
  return {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'id', AttributeType: 'S' },
      { AttributeName: 'at', AttributeType: 'N' },
      { AttributeName: 's', AttributeType: 'S' },
      { AttributeName: 'n', AttributeType: 'N' },
    ],
    KeySchema: keyOfTwo('id', 'at'),
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    LocalSecondaryIndexes: [
      { IndexName: 'local-s', KeySchema: keyOfTwo('id', 's'), Projection: { ProjectionType: 'KEYS_ONLY' } },
    ],
    GlobalSecondaryIndexes: [
      { IndexName: 'by-s', KeySchema: keyOfTwo('s', 'n'), Projection: { ProjectionType: 'ALL' } },
    ],
  };
}
