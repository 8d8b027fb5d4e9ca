import { join } from 'node:path';
import {
  DescribeTableCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { CreateFunctionCommand, type CreateFunctionCommandInput } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { beside } from '../support/beside.ts';
import { builtClient } from '../support/client-builds.ts';
import { run } from '../support/commands.ts';
import { eventually, invoke, untilUpdated } from '../support/functions.ts';
import { uniqueName } from '../support/lambda-requests.ts';
import { makeMapping, PATIENCE_MS } from '../support/mappings.ts';
import { ROLE, startServer, type TestServer } from '../support/server.ts';
import { dynamodbFor, KEY_OF_ONE, makeTable, putAll, text } from '../support/tables.ts';
import { zipFolder } from '../support/zip.ts';

/** A machine may be busy with much else. */
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const node = await builtClient({
  name: 'powertools-node',
  tools: [['npm', '--version']],
  fetch: [['npm', 'install', '--prefix', 'package', '--ignore-scripts', '--no-audit', '--no-fund']],
  build: [],
});
const python = await builtClient({
  name: 'powertools-python',
  tools: [
    ['python3', '-m', 'pip', '--version'],
    ['python3', '-c', 'import boto3'],
  ],
  fetch: [['python3', '-m', 'pip', 'install', '--quiet', '--target', 'package', 'aws-lambda-powertools']],
  build: [],
});

/** What it was installed for, boto3 beside it. */
const version = await run('python3', ['-c', 'import sys; print("python%d.%d" % sys.version_info[:2])']);

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

async function deployed(folder: string | undefined, settings: Partial<CreateFunctionCommandInput>) {
  const FunctionName = uniqueName('powertools');
  const [payments, counts] = [await makeTable(client), await makeTable(client)];
  await server.lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Role: ROLE,
      Runtime: 'nodejs24.x',
      Handler: 'index.pay',
      Code: { ZipFile: await zipFolder(join(folder ?? '', 'package')) },
      Timeout: 60,
      MemorySize: 512,
      Environment: { Variables: { PAYMENTS: payments, COUNTS: counts } },
      ...settings,
    }),
  );
  await untilUpdated(server.lambda, FunctionName);
  return { FunctionName, payments, counts };
}

async function timesOf(TableName: string, id: string): Promise<number> {
  const { Item } = await client.send(new GetItemCommand({ TableName, Key: { id: text(id) } }));
  return Number(Item?.['times']?.N ?? 0);
}

/** What every language's idempotency is for. */
async function paysOnce({ FunctionName, counts }: Awaited<ReturnType<typeof deployed>>): Promise<void> {
  const pay = async (event: object) => await invoke(server.lambda, FunctionName, event);
  const first = await pay({ order: 'a' });
  expect(first).toMatchObject({ functionError: undefined, payload: { order: 'a' } });
  expect((await pay({ order: 'a' })).payload).toEqual(first.payload);
  expect((await pay({ order: 'b' })).payload).not.toEqual(first.payload);
  // What failed is tried again.
  expect((await pay({ order: 'c', fails: true })).functionError).toBe('Unhandled');
  expect(await pay({ order: 'c' })).toMatchObject({ functionError: undefined, payload: { order: 'c' } });
  const times = await Promise.all(
    ['a', 'b', 'c'].map(async (order) => await timesOf(counts, `payment ${order}`)),
  );
  expect(times).toEqual([1, 1, 2]);
}

describe.skipIf(node === undefined)('Powertools for TypeScript', () => {
  test('idempotency keeps answers in a table, and lets nobody in twice at once', async () => {
    const made = await deployed(node, {});
    await paysOnce(made);
    const { FunctionName, payments, counts } = made;
    const waiting = invoke(server.lambda, FunctionName, { order: 'slow', until: 'signal' });
    await beside(waiting, async () => {
      await eventually(
        async () => await timesOf(counts, 'payment slow'),
        (times) => times === 1,
        PATIENCE_MS,
      );
      const { payload } = await invoke(server.lambda, FunctionName, { order: 'slow', until: 'signal' });
      expect(payload).toMatchObject({ errorType: 'IdempotencyAlreadyInProgressError' });
      await client.send(new PutItemCommand({ TableName: counts, Item: { id: text('signal') } }));
    });
    expect((await waiting).payload).toMatchObject({ order: 'slow' });
    expect(await timesOf(counts, 'payment slow')).toBe(1);
    const { Items = [] } = await client.send(new ScanCommand({ TableName: payments }));
    expect(Items.map((item) => item['status']?.S)).toEqual(Array(4).fill('COMPLETED'));
  });

  test('batch tells of the records of a table’s stream that failed, and the others are not lost', async () => {
    const { FunctionName, counts } = await deployed(node, { Handler: 'index.follow' });
    const StreamSpecification = { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' as const };
    const table = await makeTable(client, { ...KEY_OF_ONE, StreamSpecification });
    await putAll(client, table, { id: text('one') }, { id: text('bad') }, { id: text('two') });
    const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
    await makeMapping(server.lambda, {
      FunctionName,
      EventSourceArn: Table?.LatestStreamArn,
      StartingPosition: 'TRIM_HORIZON',
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      MaximumRetryAttempts: 2,
    });
    // Only what failed, and what came behind it, comes again.
    await eventually(
      async () => await Promise.all(['one', 'bad', 'two'].map((id) => timesOf(counts, `change ${id}`))),
      ([one = 0, bad = 0, two = 0]) => one === 1 && bad === 3 && two >= 1,
      PATIENCE_MS,
    );
  });
});

describe.skipIf(python === undefined)('Powertools for Python', () => {
  test('idempotency keeps answers in a table', async () => {
    await paysOnce(
      await deployed(python, { Runtime: version.stdout.trim() as 'python3.11', Handler: 'app.pay' }),
    );
  });
});
