import type { AttributeValue, QueryOutput, ScanOutput } from '@aws-sdk/client-dynamodb';
import * as fc from 'fast-check';
import { expect, test as testThat } from 'vitest';
import { NO_STREAMS } from '../../../test/support/no-streams.ts';
import { contextOf } from '../../../test/support/request-context.ts';
import {
  type Clause,
  holds,
  type Place,
  type Plain,
  type PlainItem,
  TableModel,
  type Test,
  type Write,
} from '../../../test/support/table-model.ts';
import { attributesOf, ExpressionWriter, plainItemOf } from '../../../test/support/table-requests.ts';
import { MovableClock } from '../../model/clock.ts';
import { ServiceError } from '../../model/service-error.ts';
import { openStore } from '../../store/open-store.ts';
import { createDynamodbService } from './dynamodb-service.ts';
import { TablesRuntime } from './tables-runtime.ts';

const HISTORIES = Number(process.env['LAMBENT_TABLE_HISTORIES'] ?? 300);

type Step =
  | { readonly does: 'write'; readonly write: Write }
  | { readonly does: 'batch' | 'transact'; readonly writes: readonly Write[] }
  | { readonly does: 'get'; readonly key: PlainItem }
  | {
      readonly does: 'query';
      readonly id: string;
      readonly range: readonly [number, number];
      readonly filter: Test | undefined;
      readonly isForward: boolean;
      readonly limit: number;
    }
  | { readonly does: 'scan'; readonly filter: Test | undefined; readonly segments: number }
  | { readonly does: 'index'; readonly s: string; readonly isForward: boolean };

const key = fc.record({ id: fc.constantFrom('a', 'b'), at: fc.integer({ min: -2, max: 2 }) });
const texts = fc.constantFrom('x', 'y', 'xy');
const numbers = fc.integer({ min: -3, max: 12 });
const sets = fc.subarray(['x', 'y', 'z'], { minLength: 1 }).map((members) => new Set(members));
const lists = fc.array(numbers, { maxLength: 3 });
const maps = fc.dictionary(fc.constantFrom('k', 'j'), numbers);
const attributes = fc.record({ n: numbers, s: texts, t: sets, l: lists, m: maps }, { requiredKeys: [] });
const item = fc.tuple(key, attributes).map(([ofKey, others]): PlainItem => ({ ...others, ...ofKey }));
const place = fc.constantFrom<Place>(
  ['n'],
  ['s'],
  ['t'],
  ['l'],
  ['m'],
  ['l', 0],
  ['l', 2],
  ['m', 'k'],
  ['m', 'j'],
  ['q'],
);
const ORDER = fc.constantFrom('=', '<>', '<', '<=', '>', '>=');
const plain: fc.Arbitrary<Plain> = fc.oneof(numbers, texts, sets, lists, maps);

const { tree } = fc.letrec<{ tree: Test }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 2 },
    fc.record({ is: fc.constant('compare' as const), place, by: ORDER, value: fc.oneof(numbers, texts) }),
    fc.record({
      is: fc.constant('between' as const),
      place,
      low: fc.constant(0),
      high: numbers.map((value) => Math.abs(value)),
    }),
    fc.record({ is: fc.constantFrom('exists' as const, 'missing' as const), place }),
    fc.record({ is: fc.constantFrom('begins' as const, 'contains' as const), place, value: texts }),
    fc.record({ is: fc.constant('size' as const), place, by: ORDER, value: fc.integer({ min: 0, max: 3 }) }),
    fc.record({
      is: fc.constantFrom('and' as const, 'or' as const),
      tests: fc.tuple(tie('tree'), tie('tree')),
    }),
    fc.record({ is: fc.constant('not' as const), test: tie('tree') }),
  ) as fc.Arbitrary<Test>,
}));

const clause: fc.Arbitrary<Clause> = fc.oneof(
  fc.record({ does: fc.constant('set' as const), place, value: fc.oneof(numbers) as fc.Arbitrary<Plain> }),
  fc.record({
    does: fc.constant('set' as const),
    place: fc.constantFrom<Place>(['s'], ['q'], ['n']),
    value: plain,
  }),
  fc.record({ does: fc.constant('plus' as const), place, from: place, value: numbers }),
  fc.record({ does: fc.constant('default' as const), place, value: numbers }),
  fc.record({
    does: fc.constant('append' as const),
    place: fc.constantFrom<Place>(['l'], ['n'], ['q']),
    value: lists,
  }),
  fc.record({ does: fc.constant('remove' as const), place }),
  fc.record({
    does: fc.constant('add' as const),
    place: fc.constantFrom<Place>(['n'], ['t'], ['q'], ['m', 'k']),
    value: fc.oneof(numbers, sets) as fc.Arbitrary<number | ReadonlySet<string>>,
  }),
  fc.record({
    does: fc.constant('delete' as const),
    place: fc.constantFrom<Place>(['t'], ['n'], ['q']),
    value: sets,
  }),
);
/** No path of an update may be part of another. */
const clauses = fc.uniqueArray(clause, { minLength: 1, maxLength: 4, selector: (one) => one.place[0] });
const when = fc.option(tree, { nil: undefined });
const write = fc.oneof(
  fc
    .tuple(item, when)
    .map(([ofItem, given]): Write => ({ kind: 'put', item: ofItem, ...(given && { when: given }) })),
  fc.tuple(key, clauses, when).map(
    ([ofKey, all, given]): Write => ({
      kind: 'update',
      key: ofKey,
      clauses: all,
      ...(given && { when: given }),
    }),
  ),
  fc
    .tuple(key, when)
    .map(([ofKey, given]): Write => ({ kind: 'delete', key: ofKey, ...(given && { when: given }) })),
);
const keyOf = (one: Write): string => {
  const { id, at } = one.kind === 'put' ? one.item : one.key;
  return JSON.stringify([id, at]);
};
const several = fc.uniqueArray(write, { minLength: 1, maxLength: 4, selector: keyOf });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: write.map((one): Step => ({ does: 'write', write: one })) },
  { weight: 2, arbitrary: several.map((writes): Step => ({ does: 'transact', writes })) },
  {
    weight: 1,
    arbitrary: several.map((writes): Step => {
      const plainWrites = writes.flatMap((one): Write[] => {
        if (one.kind === 'put') return [{ kind: 'put', item: one.item }];
        return one.kind === 'delete' ? [{ kind: 'delete', key: one.key }] : [];
      });
      return { does: 'batch', writes: plainWrites };
    }),
  },
  { weight: 2, arbitrary: key.map((ofKey): Step => ({ does: 'get', key: ofKey })) },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant('query' as const),
      id: fc.constantFrom('a', 'b'),
      range: fc.tuple(fc.integer({ min: -3, max: 0 }), fc.integer({ min: 0, max: 3 })),
      filter: when,
      isForward: fc.boolean(),
      limit: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      does: fc.constant('scan' as const),
      filter: when,
      segments: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constant('index' as const), s: texts, isForward: fc.boolean() }),
  },
);

testThat(
  'random histories end as they do in a slow and plain model, refusals and all',
  async () => {
    const store = await openStore({
      dataDir: '.',
      url: undefined,
      ephemeral: true,
      onWarning: () => undefined,
    });
    const runtime = new TablesRuntime({
      store,
      clock: new MovableClock(),
      streams: NO_STREAMS,
      owner: 'this one',
      onNotice: () => undefined,
    });
    const { operations } = createDynamodbService(runtime);
    const call = async <Output>(operation: string, input: object): Promise<Output> =>
      (await operations[operation]?.(input, contextOf('dynamodb', operation))) as Output;
    let count = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 30 }), async (steps) => {
        count += 1;
        const TableName = `table-${count}`;
        await call('CreateTable', tableInput(TableName));
        const model = new TableModel();
        for (const one of steps) await check(one, model, TableName, call);
      }),
      { numRuns: HISTORIES },
    );
    await store.close();
  },
  600_000,
);

type Call = <Output>(operation: string, input: object) => Promise<Output>;

async function check(one: Step, model: TableModel, TableName: string, call: Call): Promise<void> {
  switch (one.does) {
    case 'write': {
      const { operation, request } = requestOf(one.write, TableName);
      expect(await refusalOf(call(operation, request))).toBe(model.write(one.write));
      return;
    }
    case 'transact': {
      const members = one.writes.map((each) => {
        const { operation, request } = requestOf(each, TableName);
        return { [operation.replace('Item', '')]: request };
      });
      const reasons = await reasonsOf(call('TransactWriteItems', { TransactItems: members }));
      expect(reasons).toEqual(model.transact(one.writes));
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
      const { Item } = await call<{ Item?: Record<string, AttributeValue> }>('GetItem', {
        TableName,
        Key: attributesOf(one.key),
      });
      expect(Item && plainItemOf(Item)).toEqual(model.find(one.key));
      return;
    }
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

function requestOf(one: Write, TableName: string): { operation: string; request: object } {
  const writer = new ExpressionWriter();
  const UpdateExpression = one.kind === 'update' ? writer.update(one.clauses) : undefined;
  const ConditionExpression = one.when && writer.test(one.when);
  const request = {
    TableName,
    ...(one.kind === 'put' ? { Item: attributesOf(one.item) } : { Key: attributesOf(one.key) }),
    ...(UpdateExpression && { UpdateExpression }),
    ...(ConditionExpression && { ConditionExpression }),
    ...writer.placeholders,
  };
  return { operation: { put: 'PutItem', update: 'UpdateItem', delete: 'DeleteItem' }[one.kind], request };
}

async function refusalOf(request: Promise<unknown>): Promise<string | undefined> {
  try {
    await request;
    return undefined;
  } catch (error) {
    if (error instanceof ServiceError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

/** A transaction's reasons in the words of single writes. */
async function reasonsOf(request: Promise<unknown>): Promise<(string | undefined)[] | undefined> {
  try {
    await request;
    return undefined;
  } catch (error) {
    if (!(error instanceof ServiceError) || error.code !== 'TransactionCanceledException') throw error;
    const reasons = error.members['CancellationReasons'] as { Code: string; Message?: string }[];
    return reasons.map(({ Code, Message }) => {
      if (Code === 'None') return undefined;
      return `${Code === 'ConditionalCheckFailed' ? 'ConditionalCheckFailedException' : 'ValidationException'}: ${Message}`;
    });
  }
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
    GlobalSecondaryIndexes: [
      { IndexName: 'by-s', KeySchema: keyOfTwo('s', 'n'), Projection: { ProjectionType: 'ALL' } },
    ],
  };
}
