import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Books } from '../support/crash/books.ts';
import { clientsOf } from '../support/crash/clients.ts';
import { inHand, RECEIVERS, takeSome, takeTheRest } from '../support/crash/receivers.ts';
import { makeResources } from '../support/crash/resources.ts';
import { refusedAsTooMuch, SENDERS } from '../support/crash/senders.ts';
import { Witness } from '../support/crash/witness.ts';
import { engines } from '../support/engines.ts';
import { eventually } from '../support/functions.ts';
import { startServer, temporaryDirectory, type TestServer } from '../support/server.ts';

/** LAMBENT_KILLS=50 is the long run. */
const KILLS = Number(process.env['LAMBENT_KILLS'] ?? 5);
/** So many kills under load, then one while the server starts. */
const KILLS_PER_START = 4;
const LANES_PER_SENDER = 2;
const RECEIVERS_PER_QUEUE = 2;
const WITHIN_MS = 300_000 + KILLS * 30_000;

let witness: Witness;
let books: Books;

beforeAll(async () => {
  witness = await Witness.listen((word) => books.arrive('function', word));
});

afterAll(() => witness.close());

/** Kills a server at a random moment of its start. */
async function killWhileStarting(start: (onSpawn: (kill: () => void) => void) => Promise<TestServer>) {
  const started = await start((kill) => setTimeout(kill, 100 + Math.random() * 900)).catch(() => undefined);
  await started?.kill();
}

/** Everything at once, from many sides, until the server is killed at a random moment. */
async function workUntilKilled(server: TestServer, round: number): Promise<void> {
  const clients = clientsOf(server);
  const life = { ended: false };
  const acknowledged = new Set<string>();
  const senders = SENDERS.flatMap(({ name, sinks, ...sender }) =>
    Array.from({ length: LANES_PER_SENDER }, async (_, lane) => {
      for (let n = 0; !life.ended; n += 1) {
        const word = `${name}-${round}-${lane} ${n}`;
        if ((await sender.send(clients, word).catch(refusedAsTooMuch)) !== false) books.owe(word, ...sinks);
        acknowledged.add(name);
      }
    }),
  );
  const receivers = RECEIVERS.flatMap((receiver) =>
    Array.from({ length: RECEIVERS_PER_QUEUE }, async () => {
      while (!life.ended) await takeSome(clients, receiver, books);
    }),
  );
  const done = Promise.allSettled([...senders, ...receivers]);
  await eventually(
    async () => await Promise.resolve(SENDERS.filter(({ name }) => !acknowledged.has(name))),
    (silent) => silent.length === 0,
    120_000,
  );
  // Not a wait for anything: the moment of the kill has to be a random one.
  await delay(Math.random() * 1_500);
  const killed = server.kill();
  life.ended = true;
  await Promise.all([killed, done]);
  clients.close();
}

test.each(engines)(
  `kill -9 at ${KILLS} random moments loses nothing on $name`,
  {
    timeout: WITHIN_MS,
  },
  async ({ name: store }) => {
    books = new Books();
    const directory = await temporaryDirectory();
    const options = { dataDir: directory.path, store, flags: ['--isolation', 'process'] };
    let server = await startServer(options);
    const first = clientsOf(server);
    await makeResources(first, witness.port);
    first.close();
    for (let kill = 1; kill <= KILLS; kill += 1) {
      if (kill % (KILLS_PER_START + 1) === KILLS_PER_START) {
        await server.kill();
        await killWhileStarting(async (onSpawn) => await startServer({ ...options, onSpawn }));
      } else await workUntilKilled(server, kill);
      server = await startServer(options);
    }
    const clients = clientsOf(server);
    await takeTheRest(server, clients, books);
    await eventually(
      async () => await inHand(server),
      (count) => count === 0,
      60_000,
    );
    for (const receiver of RECEIVERS) while ((await takeSome(clients, receiver, books)) > 0);
    console.log(`${KILLS} kills on ${store}\n${books.summary()}`);
    expect(books.owed).toBeGreaterThan(KILLS * SENDERS.length);
    expect(books.reappeared).toEqual([]);
    expect(books.disorder).toEqual([]);
    // What had not been settled when the server was killed runs again, and nothing else.
    const { all, again } = books.arrivals('function');
    expect(again).toBeLessThan(all - again);
    clients.close();
    expect(await server.stop()).toBe(0);
    const after = await startServer(options);
    expect(await inHand(after)).toBe(0);
    expect(books.arrivals('function').all).toBe(all);
    expect(await after.stop()).toBe(0);
    await directory.remove();
  },
);
