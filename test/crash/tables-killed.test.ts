import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EnableKinesisStreamingDestinationCommand } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { Bank } from '../support/crash/bank.ts';
import { SingleWrites } from '../support/crash/single-writes.ts';
import { engines } from '../support/engines.ts';
import { deploy, eventually } from '../support/functions.ts';
import { makeMapping } from '../support/mappings.ts';
import { startServer, temporaryDirectory, type TestServer } from '../support/server.ts';
import { firstComings, StreamedChanges } from '../support/streamed-changes.ts';
import { kinesisFor, makeStream, type TestStream } from '../support/streams.ts';
import {
  brokenChains,
  changesOf,
  itemsOf,
  streamArnOf,
  type TableChange,
  type TableItem,
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

/** A function gets the changes of the ledger, a Kinesis stream those of the accounts. @returns the stream */
async function followChanges(server: TestServer, bank: Bank, file: string): Promise<TestStream> {
  const [client, kinesis] = [dynamodbFor(server), kinesisFor(server)];
  const settings = { Environment: { Variables: { DIARY: file } } };
  await deploy(server.lambda, 'diary', { 'index.js': DIARY }, settings);
  await makeMapping(server.lambda, {
    FunctionName: 'diary',
    EventSourceArn: await streamArnOf(client, bank.ledger),
    StartingPosition: 'TRIM_HORIZON',
  });
  const stream = await makeStream(kinesis, { ShardCount: 2 });
  const destination = { TableName: bank.accounts, StreamArn: stream.arn };
  await client.send(new EnableKinesisStreamingDestinationCommand(destination));
  await bank.open(client);
  client.destroy();
  kinesis.destroy();
  return stream;
}

/** The table's stream has each change once. @returns them */
async function checkStream(server: TestServer, table: string): Promise<TableChange[]> {
  const [client, streams] = [dynamodbFor(server), tableStreamsFor(server)];
  const changes = await changesOf(streams, await streamArnOf(client, table));
  expect(brokenChains(changes, await itemsOf(client, table))).toEqual([]);
  expect(new Set(changes.map(({ eventID }) => eventID)).size).toBe(changes.length);
  client.destroy();
  streams.destroy();
  return changes;
}

/** The function has seen all changes, for the first time in their order. */
async function checkDiary(file: string, changes: readonly TableChange[]): Promise<void> {
  const seen = await eventually(
    async () => await diaryOf(file),
    (found) => found.length >= changes.length,
    PATIENCE_MS,
  );
  expect(seen.map(({ eventID }) => eventID)).toEqual(changes.map(({ eventID }) => eventID));
}

/** The Kinesis stream has all changes, those of each item for the first time in their order. */
async function checkDestination(
  server: TestServer,
  stream: TestStream,
  changes: readonly TableChange[],
  items: ReadonlyMap<string, TableItem>,
): Promise<number> {
  const kinesis = kinesisFor(server);
  const reader = new StreamedChanges(kinesis, stream);
  const all = await eventually(
    async () => await reader.read(),
    (found) => firstComings(found).length >= changes.length,
    PATIENCE_MS,
  );
  kinesis.destroy();
  const arrived = firstComings(all).map(({ dynamodb: { Keys, OldImage, NewImage } }) => ({
    id: Keys['id']?.S ?? '',
    before: OldImage,
    after: NewImage,
  }));
  expect(arrived).toHaveLength(changes.length);
  expect(brokenChains(arrived, items)).toEqual([]);
  return all.length - arrived.length;
}

test.each(engines)(
  `kill -9 at ${KILLS} random moments loses no write, halves none, and streams each once on $name`,
  { timeout: 3 * PATIENCE_MS + KILLS * 20_000 },
  async ({ name: store }) => {
    const directory = await temporaryDirectory();
    // At this level functions reach the machine's files.
    const options = { dataDir: directory.path, store, flags: ['--isolation', 'process'] };
    const diary = join(directory.path, 'diary.txt');
    let server = await startServer(options);
    const first = dynamodbFor(server);
    const bank = await Bank.found(first);
    first.destroy();
    const singles = new SingleWrites(bank.ledger);
    const stream = await followChanges(server, bank, diary);
    for (let kill = 0; kill < KILLS; kill += 1) {
      await workUntilKilled(server, bank, singles);
      server = await startServer(options);
    }
    const client = dynamodbFor(server);
    await bank.settle(client);
    await bank.look(client);
    expect(bank.torn).toEqual([]);
    const [accounts, ledger] = [await itemsOf(client, bank.accounts), await itemsOf(client, bank.ledger)];
    client.destroy();
    expect(bank.differences(accounts, ledger)).toEqual([]);
    expect(singles.differences(ledger)).toEqual([]);
    expect(singles.taken).toBeGreaterThan(KILLS);
    expect(bank.answered).toBeGreaterThanOrEqual(KILLS * TRANSFERS_A_LIFE);
    await checkDiary(diary, await checkStream(server, bank.ledger));
    const changes = await checkStream(server, bank.accounts);
    const again = await checkDestination(server, stream, changes, accounts);
    console.log(
      `${KILLS} kills on ${store}: ${bank.answered} transfers, ${bank.repeated} asked for again, ${bank.looks} looks, ${singles.taken} seats, ${changes.length} changes streamed, ${again} of them again`,
    );
    expect(await server.stop()).toBe(0);
    await directory.remove();
  },
);
