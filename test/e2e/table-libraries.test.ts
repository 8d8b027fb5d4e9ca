import { join } from 'node:path';
import {
  type CreateTableCommandInput,
  type DynamoDBClient,
  ScalarAttributeType,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { builtClient } from '../support/client-builds.ts';
import { run } from '../support/commands.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { dynamodbFor, makeTable } from '../support/tables.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const NAMES = ['pk', 'sk', 'gsi1pk', 'gsi1sk'];
const [hash, range] = [
  (AttributeName: string) => ({ AttributeName, KeyType: 'HASH' as const }),
  (AttributeName: string) => ({ AttributeName, KeyType: 'RANGE' as const }),
];
/** As such libraries want it: one table for all kinds of things. */
const SINGLE_TABLE: Partial<CreateTableCommandInput> = {
  AttributeDefinitions: NAMES.map((AttributeName) => ({
    AttributeName,
    AttributeType: ScalarAttributeType.S,
  })),
  KeySchema: [hash('pk'), range('sk')],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'gsi1',
      KeySchema: [hash('gsi1pk'), range('gsi1sk')],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
};

const folder = await builtClient({
  name: 'table-libraries',
  tools: [['npm', '--version']],
  fetch: [['npm', 'install', '--prefix', 'package', '--ignore-scripts', '--no-audit', '--no-fund']],
  build: [],
});

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

/** What a program of the folder prints. */
async function outcomeOf(program: string): Promise<unknown> {
  const table = await makeTable(client, SINGLE_TABLE);
  const path = join(folder ?? '', 'package', program);
  const { code, stdout, stderr } = await run(process.execPath, [path, server.endpoint, table]);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
}

describe.skipIf(folder === undefined)('libraries over DynamoDB', () => {
  test('DynamoDB Toolbox: conditions, updates, batches, transactions, indexes', async () => {
    expect(await outcomeOf('toolbox.mjs')).toEqual({
      twice: 'ConditionalCheckFailedException',
      updated: {
        level: 5,
        types: ['electric', 'mouse'],
        moves: ['quick attack', 'thunderbolt'],
        stats: {},
      },
      cancelled: 'TransactionCanceledException',
      queried: ['squirtle', 'charmander'],
      scanned: ['bulbasaur', 'charmander', 'squirtle'],
      read: { level: 5, types: ['electric', 'mouse'] },
    });
  });

  test('ElectroDB: patches, cursors, collections, transactions', async () => {
    const conditionFailed = 4001;
    expect(await outcomeOf('electro.mjs')).toEqual({
      again: conditionFailed,
      patched: {
        team: 'blue',
        task: 't04',
        project: 'even',
        points: 14,
        tags: ['all', 'more', 'other'],
        notes: ['first'],
        closed: true,
      },
      missing: conditionFailed,
      page: ['t20', 't21', 't22', 't23'],
      rest: ['t24', 't25', 't26', 't27', 't28', 't29'],
      third: 10,
      work: { tasks: 15, employees: ['ada'] },
      canceled: true,
      still: { id: 'ada', project: 'even' },
    });
  });
});
