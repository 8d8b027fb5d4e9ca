import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { advanceClock, eventCounts } from '../support/async-events.ts';
import { Books } from '../support/crash/books.ts';
import { type Clients, clientsOf } from '../support/crash/clients.ts';
import { RECEIVERS, takeSome } from '../support/crash/receivers.ts';
import { makeResources } from '../support/crash/resources.ts';
import { SENDERS } from '../support/crash/senders.ts';
import { engines } from '../support/engines.ts';
import { eventually } from '../support/functions.ts';
import { startServer, temporaryDirectory, type TestServer } from '../support/server.ts';

/** LAMBENT_KILLS=50 is the long run. */
const KILLS = Number(process.env['LAMBENT_KILLS'] ?? 5);
/** So many kills under load, then one while the server starts. */
const KILLS_PER_START = 4;
const LANES_PER_SENDER = 2;
const RECEIVERS_PER_QUEUE = 2;
const WITHIN_MS = 180_000 + KILLS * 10_000;

/** Hears from the function which words it got: nothing of it is lost when the server is killed. */
let witness: Server;
let books: Books;

beforeAll(async () => {
  witness = createServer((request, response) => {
    books.arrive('function', decodeURIComponent(request.url?.slice(1) ?? ''));
    response.end();
  });
  await new Promise<void>((resolve) => witness.listen(0, '127.0.0.1', resolve));
});

afterAll(() => {
  witness.closeAllConnections();
  witness.close();
});

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
        if ((await sender.send(clients, word)) !== false) books.owe(word, ...sinks);
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
    60_000,
  );
  // Not a wait for anything: the moment of the kill has to be a random one.
  await delay(Math.random() * 1_500);
  const killed = server.kill();
  life.ended = true;
  await Promise.all([killed, done]);
  clients.close();
}

async function takeAll(clients: Clients): Promise<void> {
  for (const receiver of RECEIVERS) while ((await takeSome(clients, receiver, books)) > 0);
}

/** Takes what is there, and moves time to where what was in hand when a server was killed comes back. */
async function takeTheRest(server: TestServer, clients: Clients): Promise<void> {
  await eventually(
    async () => {
      await takeAll(clients);
      const missing = books.missing();
      if (missing.length > 0) await advanceClock(server, 61_000);
      return missing;
    },
    (missing) => missing.length === 0,
    120_000,
  );
}

async function inHand(server: TestServer): Promise<number> {
  const health = await (await fetch(`${server.endpoint}/_lambent/health`)).json();
  return (health as { deliveries: number }).deliveries + ((await eventCounts(server))['inHand'] ?? 0);
}

test.each(engines)(
  `kill -9 at ${KILLS} random moments loses nothing on $name`,
  {
    timeout: WITHIN_MS,
  },
  async ({ name: store }) => {
    books = new Books();
    const { port } = witness.address() as AddressInfo;
    const directory = await temporaryDirectory();
    // The witness listens on loopback, which functions in a network of their own do not reach.
    const options = { dataDir: directory.path, store, flags: ['--isolation', 'process'] };
    let server = await startServer(options);
    const first = clientsOf(server);
    await makeResources(first, port);
    first.close();
    for (let kill = 1; kill <= KILLS; kill += 1) {
      if (kill % (KILLS_PER_START + 1) === KILLS_PER_START) {
        await server.kill();
        await killWhileStarting(async (onSpawn) => await startServer({ ...options, onSpawn }));
      } else await workUntilKilled(server, kill);
      server = await startServer(options);
    }
    const clients = clientsOf(server);
    await takeTheRest(server, clients);
    await eventually(
      async () => await inHand(server),
      (count) => count === 0,
      30_000,
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
