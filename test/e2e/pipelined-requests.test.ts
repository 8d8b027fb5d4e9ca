import { afterEach, expect, test } from 'vitest';
import { deploy } from '../support/functions.ts';
import { uniqueName } from '../support/lambda-requests.ts';
import { chanceOf, pipeline } from '../support/pipelines.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { untilWorkers } from '../support/workers.ts';

/**
 * Requests of all forms, many on a connection, cut anywhere, by clients some of whom leave: whether they take the fast lane,
 * are node:http's, or go from one process to another, each is answered once, in order and with its own nonce.
 */
const SESSIONS = Number(process.env['LAMBENT_PIPELINES'] ?? 80);
const CLIENTS = 8;

let server: TestServer | undefined;
afterEach(async () => expect(await server?.stop()).toBe(0));

test.each([1, 3])(
  'on %i processes each request has its own answer',
  { timeout: 240_000 },
  async (workers) => {
    server = await startServer({ flags: ['--workers', String(workers), '--isolation', 'process'] });
    if (workers > 1) await untilWorkers(server, workers);
    const name = uniqueName();
    await deploy(server.lambda, name, { 'index.js': 'exports.handler = async (event) => event;' });
    const { port } = new URL(server.endpoint);
    const seed = Date.now();
    const chance = chanceOf(seed);
    const problems: string[] = [];
    let left = SESSIONS;
    const client = async (): Promise<void> => {
      for (; left > 0 && problems.length === 0; ) {
        const label = `${name}-${(left -= 1)}`;
        const problem = await pipeline(Number(port), name, label, chanceOf(chance(2 ** 32)));
        if (problem !== undefined) problems.push(problem);
      }
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
    expect([`seed ${seed}`, ...problems]).toEqual([`seed ${seed}`]);
  },
);
