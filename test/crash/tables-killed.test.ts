import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { Bank } from '../support/crash/bank.ts';
import { SingleWrites } from '../support/crash/single-writes.ts';
import { engines } from '../support/engines.ts';
import { deploy, eventually } from '../support/functions.ts';
import { makeMapping } from '../support/mappings.ts';
import { startServer, temporaryDirectory, type TestServer } from '../support/server.ts';
import {
  brokenChains,
  changesOf,
  itemsOf,
  streamArnOf,
  type TableChange,
  tableStreamsFor,
} from '../support/table-streams.ts';
import { dynamodbFor } from '../support/tables.ts';

/** LAMBENT_KILLS=50 is the long run. */
const KILLS = Number(process.env['LAMBENT_KILLS'] ?? 3);
const LANES = 4;
const TRANSFERS_A_LIFE = 40;
const PATIENCE_MS = 120_000;

/** Writes down each change it gets where the test can read it, whatever becomes of the server. */
const DIARY = `
  const { appendFileSync } = require('node:fs');
  exports.handler = async ({ Records }) => {
    const lines = Records.map((record) => JSON.stringify([record.eventID, record.dynamodb]) + '\\n');
    appendFileSync(process.env.DIARY, lines.join(''));
  };
`;

/** Everything at once, from many sides, until the server is killed at a random moment. */
async function workUntilKilled(server: TestServer, bank: Bank, singles: SingleWrites): Promise<void> {
  const client = dynamodbFor(server);
  const life = { ended: false };
  const again = async (work: (lane: number) => Promise<void>, lane: number): Promise<void> => {
    try {
      while (!life.ended) await work(lane);
    } catch (error) {
      // Only the end of the server leaves a question without an answer.
      if (!life.ended) throw error;
    }
  };
  const works = [
    async (lane: number) => await bank.transfer(client, lane),
    async (lane: number) => await singles.count(client, lane),
    async (lane: number) => await singles.take(client, lane),
  ];
  const workers = works.flatMap((work) => Array.from({ length: LANES }, (_, lane) => again(work, lane)));
  const readers = [0, 1].map((lane) => again(async () => await bank.look(client), lane));
  const done = Promise.all([...workers, ...readers]);
  const goal = bank.answered + TRANSFERS_A_LIFE;
  const isBusy = eventually(
    async () => await Promise.resolve(bank.answered),
    (count) => count >= goal,
    PATIENCE_MS,
  );
  await Promise.race([isBusy, done]);
  // Not a wait for anything: the moment of the kill has to be a random one.
  await delay(Math.random() * 300);
  life.ended = true;
  await Promise.all([server.kill(), done]);
  client.destroy();
}

/** What the function has seen, each change once, in the order of its first coming. */
async function diaryOf(file: string): Promise<TableChange[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const changes = new Map<string, TableChange>();
  for (const line of text.split('\n').filter((one) => one !== '')) {
    const [eventID, { Keys, OldImage, NewImage }] = JSON.parse(line) as [
      string,
      { Keys: { id: { S: string } }; OldImage?: TableChange['before']; NewImage?: TableChange['after'] },
    ];
    if (!changes.has(eventID))
      changes.set(eventID, { eventID, id: Keys.id.S, before: OldImage, after: NewImage });
  }
  return [...changes.values()];
}

async function followChanges(server: TestServer, client: DynamoDBClient, table: string, DIARY_FILE: string) {
  const settings = { Environment: { Variables: { DIARY: DIARY_FILE } } };
  await deploy(server.lambda, 'diary', { 'index.js': DIARY }, settings);
  await makeMapping(server.lambda, {
    FunctionName: 'diary',
    EventSourceArn: await streamArnOf(client, table),
    StartingPosition: 'TRIM_HORIZON',
  });
}

test.each(engines)(
  `kill -9 at ${KILLS} random moments loses no write, halves none, and streams each once on $name`,
  { timeout: 2 * PATIENCE_MS + KILLS * 20_000 },
  async ({ name: store }) => {
    const directory = await temporaryDirectory();
    // At this level functions reach the machine's files.
    const options = { dataDir: directory.path, store, flags: ['--isolation', 'process'] };
    const diary = join(directory.path, 'diary.txt');
    let server = await startServer(options);
    let client = dynamodbFor(server);
    const bank = await Bank.open(client);
    const singles = new SingleWrites(bank.ledger);
    await followChanges(server, client, bank.ledger, diary);
    client.destroy();
    for (let kill = 0; kill < KILLS; kill += 1) {
      await workUntilKilled(server, bank, singles);
      server = await startServer(options);
    }
    client = dynamodbFor(server);
    await bank.settle(client);
    await bank.look(client);
    expect(bank.torn).toEqual([]);
    const [accounts, ledger] = [await itemsOf(client, bank.accounts), await itemsOf(client, bank.ledger)];
    expect(bank.differences(accounts, ledger)).toEqual([]);
    expect(singles.differences(ledger)).toEqual([]);
    expect(singles.taken).toBeGreaterThan(KILLS);
    expect(bank.answered).toBeGreaterThanOrEqual(KILLS * TRANSFERS_A_LIFE);
    const streams = tableStreamsFor(server);
    for (const [table, items] of [
      [bank.accounts, accounts],
      [bank.ledger, ledger],
    ] as const) {
      const changes = await changesOf(streams, await streamArnOf(client, table));
      expect(brokenChains(changes, items)).toEqual([]);
      expect(new Set(changes.map(({ eventID }) => eventID)).size).toBe(changes.length);
      if (table === bank.accounts) continue;
      const seen = await eventually(
        async () => await diaryOf(diary),
        (found) => found.length >= changes.length,
        PATIENCE_MS,
      );
      expect(seen.map(({ eventID }) => eventID)).toEqual(changes.map(({ eventID }) => eventID));
      expect(brokenChains(seen, items)).toEqual([]);
    }
    console.log(
      `${KILLS} kills on ${store}: ${bank.answered} transfers, ${bank.repeated} asked for again, ${bank.looks} looks, ${singles.taken} seats`,
    );
    streams.destroy();
    client.destroy();
    expect(await server.stop()).toBe(0);
    await directory.remove();
  },
);
