import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Books } from '../support/crash/books.ts';
import { type Clients, clientsOf } from '../support/crash/clients.ts';
import { takeTheRest } from '../support/crash/receivers.ts';
import { makeResources } from '../support/crash/resources.ts';
import { refusedAsTooMuch, type Sender, SENDERS } from '../support/crash/senders.ts';
import { Witness } from '../support/crash/witness.ts';
import { eventually } from '../support/functions.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { SmallDisk } from '../support/small-disk.ts';

const SIZE_MB = 48;
/** More than fits into what a store has set aside before. */
const MOST_SENDS = 500;

const problem =
  process.env['LAMBENT_E2E_STORE'] === 'postgres'
    ? 'a PostgreSQL server has a disk of its own'
    : await SmallDisk.problem();
if (problem !== undefined) console.log(`skipped: ${problem}`);

let disk: SmallDisk;
let server: TestServer;
let clients: Clients;
let witness: Witness;
let books: Books;

beforeEach(async () => {
  if (problem !== undefined) return;
  books = new Books();
  witness = await Witness.listen((word) => books.arrive('function', word));
  disk = await SmallDisk.mount(SIZE_MB);
  server = await startServer({
    dataDir: `${disk.path}/data`,
    store: 'sqlite',
    flags: ['--isolation', 'process'],
  });
  clients = clientsOf(server);
  await makeResources(clients, witness.port);
});

afterEach(async () => {
  if (problem !== undefined) return;
  clients.close();
  witness.release();
  disk.free();
  expect(await server.stop()).toBe(0);
  witness.close();
  await disk.remove();
});

/** Sends a word, and notes what has to come of it. */
async function send({ name, sinks, ...sender }: Sender, number: string): Promise<void> {
  const word = `${name}-${number}`;
  if ((await sender.send(clients, word).catch(refusedAsTooMuch)) === false) books.excuse(word);
  else books.owe(word, ...sinks);
}

/** Sends words until one is refused. @returns the refusal */
async function untilRefused(sender: Sender, round: string): Promise<unknown> {
  for (let n = 0; n < MOST_SENDS; n += 1) {
    try {
      await send(sender, `${round} ${n}`);
    } catch (error) {
      return error;
    }
  }
  return undefined;
}

/** Takes up the room that the store has made for itself before the disk was full. */
async function exhaust(): Promise<void> {
  const QueueUrl = `${clients.endpoint}/000000000000/failures`;
  const command = new SendMessageCommand({
    QueueUrl,
    MessageBody: JSON.stringify({ requestPayload: { word: 'x'.repeat(100_000) } }),
  });
  for (let n = 0; n < MOST_SENDS; n += 1) {
    try {
      await clients.sqs.send(command);
    } catch {
      return;
    }
  }
  throw new Error('The disk does not fill up.');
}

test.skipIf(problem !== undefined)(
  'a full disk refuses what is new with a service error, and all that was accepted arrives once there is room',
  { timeout: 300_000 },
  async () => {
    witness.hold();
    for (const sender of SENDERS) for (let n = 0; n < 5; n += 1) await send(sender, `before ${n}`);
    await eventually(
      async () => await Promise.resolve(witness.held),
      (held) => held > 0,
      60_000,
    );
    disk.fill();
    await exhaust();
    for (const sender of SENDERS) {
      const refusal = await untilRefused(sender, 'full');
      expect([sender.name, refusal]).toMatchObject([
        sender.name,
        {
          $fault: 'server',
          $metadata: { httpStatusCode: 500 },
          message: expect.stringContaining('the disk Lambent keeps its data on is full'),
        },
      ]);
    }
    // Functions end meanwhile, and nothing of it can be written down.
    witness.release();
    await eventually(
      async () => await Promise.resolve(server.output()),
      (output) => /An event could not be written: .*disk is full/.test(output),
      60_000,
    );
    disk.free();
    await takeTheRest(server, clients, books);
    expect(books.unasked()).toEqual([]);
    expect(books.reappeared).toEqual([]);
    expect(books.disorder).toEqual([]);
    for (const sender of SENDERS) await send(sender, 'after 0');
    await takeTheRest(server, clients, books);
  },
);
