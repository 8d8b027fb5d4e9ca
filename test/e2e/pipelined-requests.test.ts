import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { selfSigned } from '../support/certificates.ts';
import { available } from '../support/commands.ts';
import { deploy } from '../support/functions.ts';
import { uniqueName } from '../support/lambda-requests.ts';
import { chanceOf, pipeline } from '../support/pipelines.ts';
import { startServer, temporaryDirectory, type TestServer } from '../support/server.ts';
import { untilWorkers } from '../support/workers.ts';

/**
 * Requests of all forms, many on a connection, cut anywhere, by clients some of whom leave: whether they take the fast lane,
 * are node:http's, or go from one process to another, each is answered once, in order and with its own nonce.
 */
const SESSIONS = Number(process.env['LAMBENT_PIPELINES'] ?? 80);
const CLIENTS = 8;
const WAYS = ['in the clear', ...(available('openssl', 'version') ? ['over TLS'] : [])];
if (WAYS.length === 1) process.stderr.write('Pipelines over TLS skipped: no openssl here\n');

let server: TestServer | undefined;
let folder: Awaited<ReturnType<typeof temporaryDirectory>> | undefined;
afterEach(async () => {
  expect(await server?.stop()).toBe(0);
  await folder?.remove();
});

async function start(way: string, workers: number): Promise<TestServer> {
  folder = await temporaryDirectory();
  const secure = way === 'over TLS' ? { tls: selfSigned(folder.path) } : {};
  const flags = ['--workers', String(workers), '--isolation', 'process'];
  server = await startServer({ ...secure, flags });
  if (workers > 1) await untilWorkers(server, workers);
  return server;
}

describe.each(WAYS)('%s', (way) => {
  test.each([1, 3])(
    'on %i processes each request has its own answer',
    { timeout: 240_000 },
    async (workers) => {
      const { endpoint, lambda, ca } = await start(way, workers);
      const name = uniqueName();
      await deploy(lambda, name, { 'index.js': 'exports.handler = async (event) => event;' });
      const where = { port: Number(new URL(endpoint).port), host: '127.0.0.1', noDelay: true };
      const begin = (): Socket => (ca === undefined ? connect(where) : connectTls({ ...where, ca }));
      const seed = Date.now();
      const chance = chanceOf(seed);
      const problems: string[] = [];
      let left = SESSIONS;
      const client = async (): Promise<void> => {
        for (; left > 0 && problems.length === 0; ) {
          const label = `${name}-${(left -= 1)}`;
          const problem = await pipeline(begin(), name, label, chanceOf(chance(2 ** 32)));
          if (problem !== undefined) problems.push(problem);
        }
      };
      await Promise.all(Array.from({ length: CLIENTS }, client));
      expect([`seed ${seed}`, ...problems]).toEqual([`seed ${seed}`]);
    },
  );
});
