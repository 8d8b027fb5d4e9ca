import { randomUUID } from 'node:crypto';
import {
  type DynamoDBClient,
  GetItemCommand,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { RivalTransfers } from '../support/rival-transfers.ts';
import { startServer, temporaryDirectory, type TestServer } from '../support/server.ts';
import { createDatabase } from '../support/shared-database.ts';
import { dynamodbFor, makeTable, number, putAll, text } from '../support/tables.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const WRITERS = 16;
const TRANSFERS_EACH = 8;
const SHIFTS = 10;
const shared = process.env['LAMBENT_TEST_POSTGRES'] ?? '';
if (shared === '') console.log('skipped: LAMBENT_TEST_POSTGRES names no server for two platforms to share');

const SITES = [
  { name: 'one platform', platforms: 1 },
  ...(shared === '' ? [] : [{ name: 'two platforms', platforms: 2 }]),
];

describe.each(SITES)('transactions of 16 writers on $name', ({ platforms }) => {
  const endings: (() => Promise<unknown>)[] = [];
  const clients: DynamoDBClient[] = [];
  let table: string;

  beforeAll(async () => {
    for (const server of await startPlatforms()) {
      const client = dynamodbFor(server);
      clients.push(client);
      endings.unshift(async () => {
        client.destroy();
        expect(await server.stop()).toBe(0);
      });
    }
    table = await makeTable(clientOf(0));
  });
  afterAll(async () => {
    for (const end of endings) await end();
  });

  async function startPlatforms(): Promise<TestServer[]> {
    if (platforms === 1) return [await startServer()];
    const database = await createDatabase(shared);
    endings.push(database.remove);
    const servers: TestServer[] = [];
    for (let n = 0; n < platforms; n += 1) {
      const directory = await temporaryDirectory();
      endings.unshift(directory.remove);
      const flags = ['--store', database.url];
      servers.push(await startServer({ dataDir: directory.path, store: 'sqlite', flags }));
    }
    return servers;
  }

  /** Writers take turns with the platforms. */
  function clientOf(writer: number): DynamoDBClient {
    const client = clients[writer % clients.length];
    if (client === undefined) throw new Error('There is no client.');
    return client;
  }

  const write = async (
    writer: number,
    TransactItems: TransactWriteItem[],
    ClientRequestToken = randomUUID(),
  ) =>
    await clientOf(writer)
      .send(new TransactWriteItemsCommand({ TransactItems, ClientRequestToken }))
      .then(
        () => 'done',
        (error: Error) => error.message,
      );

  test('no write is lost, no read sees a half, and each refusal says which item was overtaken', async () => {
    const rivals = new RivalTransfers(table);
    await rivals.open(clientOf(0));
    await Promise.all(
      Array.from({ length: WRITERS }, async (_, writer) => {
        const isPlain = writer % 8 === 7;
        for (let n = 0; n < TRANSFERS_EACH; n += 1) {
          if (isPlain) await rivals.touch(clientOf(writer));
          else await rivals.transfer(clientOf(writer));
        }
      }),
    );
    await rivals.close(clientOf(1));
    expect(rivals.wrong).toEqual([]);
    expect(rivals.done).toBeGreaterThan(0);
    expect(rivals.lost).toBeGreaterThan(0);
  });

  test('a condition on an item holds until the transaction is done, though it does not write it', async () => {
    const outcomes: string[][] = [];
    const holders: number[] = [];
    for (let shift = 0; shift < SHIFTS; shift += 1) {
      const [one, other] = [`one-${shift}`, `other-${shift}`];
      await putAll(clientOf(0), table, { id: text(one), on: number(1) }, { id: text(other), on: number(1) });
      const leave = (self: string, stays: string): TransactWriteItem[] => {
        const isOn = {
          TableName: table,
          ConditionExpression: '#on = :on',
          ExpressionAttributeNames: { '#on': 'on' },
        };
        const ExpressionAttributeValues = { ':on': number(1) };
        return [
          { ConditionCheck: { ...isOn, ExpressionAttributeValues, Key: { id: text(stays) } } },
          {
            Update: {
              ...isOn,
              Key: { id: text(self) },
              UpdateExpression: 'SET #on = :off',
              ExpressionAttributeValues: { ...ExpressionAttributeValues, ':off': number(0) },
            },
          },
        ];
      };
      const all = Array.from({ length: WRITERS }, async (_, writer) =>
        writer % 4 < 2 ? await write(writer, leave(one, other)) : await write(writer, leave(other, one)),
      );
      outcomes.push((await Promise.all(all)).filter((outcome) => outcome === 'done'));
      const found = await Promise.all([one, other].map(async (id) => await numberOf(id, 'on')));
      holders.push(found.reduce((sum, on) => sum + on, 0));
    }
    expect(holders).toEqual(Array.from({ length: SHIFTS }, () => 1));
    expect(outcomes).toEqual(Array.from({ length: SHIFTS }, () => ['done']));
  });

  test('one request under one token is done once, whoever sends it', async () => {
    const token = randomUUID();
    const add = (by: number): TransactWriteItem[] => [
      {
        Update: {
          TableName: table,
          Key: { id: text(token) },
          UpdateExpression: 'ADD n :by',
          ExpressionAttributeValues: { ':by': number(by) },
        },
      },
    ];
    const same = Array.from({ length: WRITERS }, async (_, writer) => await write(writer, add(5), token));
    expect(new Set(await Promise.all(same))).toEqual(new Set(['done']));
    expect(await numberOf(token, 'n')).toBe(5);
    expect(await write(1, add(6), token)).toContain('do not match');
  });

  test('of different requests under one token, one is done', async () => {
    const token = randomUUID();
    const ids = Array.from({ length: WRITERS }, (_, writer) => `${token}-${writer}`);
    const put = (id: string): TransactWriteItem[] => [
      { Put: { TableName: table, Item: { id: text(id), n: number(1) } } },
    ];
    const outcomes = await Promise.all(ids.map(async (id, writer) => await write(writer, put(id), token)));
    expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome.includes('do not match'))).toHaveLength(WRITERS - 1);
    const found = await Promise.all(ids.map(async (id) => await numberOf(id, 'n')));
    expect(found.filter((n) => n === 1)).toHaveLength(1);
  });

  async function numberOf(id: string, name: string): Promise<number> {
    const { Item } = await clientOf(1).send(new GetItemCommand({ TableName: table, Key: { id: text(id) } }));
    return Number(Item?.[name]?.N ?? Number.NaN);
  }
});
