import type { AttributeValue, QueryOutput, ScanOutput } from '@aws-sdk/client-dynamodb';
import * as fc from 'fast-check';
import { expect, test as testThat } from 'vitest';
import { NO_STREAMS } from '../../../test/support/no-streams.ts';
import { contextOf } from '../../../test/support/request-context.ts';
import { holds, type PlainItem, TableModel, type Write } from '../../../test/support/table-model.ts';
import { type Call, reasonsOf, refusalOf } from '../../../test/support/table-refusals.ts';
import { attributesOf, ExpressionWriter, plainItemOf } from '../../../test/support/table-requests.ts';
import { checkStatement } from '../../../test/support/table-statements.ts';
import { step, type Step } from '../../../test/support/table-steps.ts';
import { MovableClock } from '../../model/clock.ts';
import { openStore } from '../../store/open-store.ts';
import { createDynamodbService } from './dynamodb-service.ts';
import { TablesRuntime } from './tables-runtime.ts';

const HISTORIES = Number(process.env['LAMBENT_TABLE_HISTORIES'] ?? 300);

/** Expressions and statements mean the same, so histories speak both. */
const spoken = fc.record({ does: step, asStatements: fc.boolean() });

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
      fc.asyncProperty(fc.array(spoken, { minLength: 10, maxLength: 30 }), async (steps) => {
        count += 1;
        const TableName = `table-${count}`;
        await call('CreateTable', tableInput(TableName));
        const model = new TableModel();
        for (const { does, asStatements } of steps) {
          if (!asStatements) await check(does, model, TableName, call);
          else await checkStatement(does, model, TableName, call);
        }
      }),
      { numRuns: HISTORIES },
    );
    await store.close();
  },
  600_000,
);

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
