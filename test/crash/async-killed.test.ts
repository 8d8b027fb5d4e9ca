import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventCounts, sendEvent } from '../support/async-events.ts';
import { deploy, eventually } from '../support/functions.ts';
import { startServer, temporaryDirectory, type TestServer } from '../support/server.ts';

const KILLS = 6;
const SENDERS = 4;
/** The witness listens on loopback, which functions in a network of their own do not reach. */
const FLAGS = ['--isolation', 'process'];

/** Hears from the function which events it ran: nothing of it is lost when the server is killed. */
let witness: Server;
let ran: Map<number, number>;

beforeAll(async () => {
  ran = new Map();
  witness = createServer((request, response) => {
    const number = Number(request.url?.slice(1));
    ran.set(number, (ran.get(number) ?? 0) + 1);
    response.end();
  });
  await new Promise<void>((resolve) => witness.listen(0, '127.0.0.1', resolve));
});

afterAll(() => {
  witness.closeAllConnections();
  witness.close();
});

const SOURCE = (port: number): string => `
exports.handler = async ({ number }) => {
  await fetch('http://127.0.0.1:${port}/' + number);
};`;

/** Sends events until the server is killed. @returns the numbers that were acknowledged */
async function sendUntilKilled(server: TestServer, first: number): Promise<number[]> {
  const acknowledged: number[] = [];
  let next = first;
  const life = { ended: false };
  const senders = Array.from({ length: SENDERS }, async () => {
    while (!life.ended) {
      const number = (next += 1);
      await sendEvent(server.lambda, 'witnessed', { number });
      acknowledged.push(number);
    }
  });
  const done = Promise.allSettled(senders);
  // Not a wait for anything: the moment of the kill has to be a random one.
  await delay(30 + Math.random() * 400);
  const killed = server.kill();
  life.ended = true;
  await Promise.all([killed, done]);
  return acknowledged;
}

test(`kill -9 at ${KILLS} random moments loses no accepted event`, { timeout: 180_000 }, async () => {
  const { port } = witness.address() as AddressInfo;
  const directory = await temporaryDirectory();
  const acknowledged: number[] = [];
  for (let round = 0; round < KILLS; round += 1) {
    const server = await startServer({ dataDir: directory.path, flags: FLAGS });
    if (round === 0) await deploy(server.lambda, 'witnessed', { 'index.js': SOURCE(port) });
    acknowledged.push(...(await sendUntilKilled(server, round * 100_000)));
  }
  expect(acknowledged.length).toBeGreaterThan(KILLS);
  const server = await startServer({ dataDir: directory.path, flags: FLAGS });
  const lost = await eventually(
    async () => await Promise.resolve(acknowledged.filter((number) => !ran.has(number))),
    (missing) => missing.length === 0,
    60_000,
  );
  expect(lost).toEqual([]);
  await eventually(
    async () => await eventCounts(server),
    (counts) => counts['inHand'] === 0,
  );
  // What had not been settled when the server was killed runs again, and nothing else.
  const runs = [...ran.values()].reduce((sum, count) => sum + count, 0);
  expect(runs - ran.size).toBeLessThan(ran.size);
  const before = runs;
  expect(await server.stop()).toBe(0);
  const again = await startServer({ dataDir: directory.path, flags: FLAGS });
  expect((await eventCounts(again))['inHand']).toBe(0);
  expect([...ran.values()].reduce((sum, count) => sum + count, 0)).toBe(before);
  expect(await again.stop()).toBe(0);
  await directory.remove();
});
