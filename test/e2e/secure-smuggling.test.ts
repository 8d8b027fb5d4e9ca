import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { masked } from '../../src/aws/testing/lane-server.ts';
import { GOOD, LAST, UNUSUAL } from '../../src/aws/testing/unusual-requests.ts';
import { selfSigned } from '../support/certificates.ts';
import { available } from '../support/commands.ts';
import { deploy } from '../support/functions.ts';
import { startServer, temporaryDirectory, type TestServer } from '../support/server.ts';
import { untilWorkers } from '../support/workers.ts';

/**
 * Where a request ends is the same question in a worker that speaks TLS, and behind it, as in one process in the clear: nothing
 * is taken for a request by one that another takes for something else.
 */
const WORKERS = 3;
const CLIENTS = 8;
/** It is about time, which is the same anywhere. */
const WAITS = 'a length beyond the body';
const hasOpenssl = available('openssl', 'version');
if (!hasOpenssl) process.stderr.write('Unusual requests over TLS skipped: no openssl here\n');

describe.skipIf(!hasOpenssl)('unusual requests', () => {
  let folder: Awaited<ReturnType<typeof temporaryDirectory>>;
  let one: TestServer;
  let secure: TestServer;

  beforeAll(async () => {
    folder = await temporaryDirectory();
    one = await startServer({ flags: ['--workers', '1', '--isolation', 'process'] });
    const flags = ['--workers', String(WORKERS), '--isolation', 'process'];
    secure = await startServer({ tls: selfSigned(folder.path), flags });
    await untilWorkers(secure, WORKERS);
    for (const { lambda } of [one, secure])
      await deploy(lambda, 'f', { 'index.js': 'exports.handler = async (event) => event;' });
  });

  afterAll(async () => {
    for (const server of [one, secure]) expect(await server.stop()).toBe(0);
    await folder.remove();
  });

  test.each<[string, (bytes: string) => string]>([
    ['alone', (bytes) => bytes + LAST],
    ['after a plain one', (bytes) => GOOD + bytes + LAST],
    ['before a plain one', (bytes) => bytes + GOOD + LAST],
  ])('%s', { timeout: 120_000 }, async (_, written) => {
    const left = UNUSUAL.filter(([what]) => what !== WAITS);
    const told = new Map<string, string>();
    const expected = new Map<string, string>();
    const client = async (): Promise<void> => {
      for (let next = left.pop(); next !== undefined; next = left.pop()) {
        const [what, bytes] = next;
        const text = written(bytes);
        expected.set(what, await outcome(one, text));
        told.set(what, await outcome(secure, text));
      }
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
    expect(told).toEqual(expected);
    expect(told.size).toBe(UNUSUAL.length - 1);
  });
});

const TRACE = /^X-Amzn-Trace-Id: .*$/gm;

/** All that comes until the connection is closed. */
async function outcome({ endpoint, ca }: TestServer, text: string): Promise<string> {
  const where = { port: Number(new URL(endpoint).port), host: '127.0.0.1' };
  const socket: Socket = ca === undefined ? connect(where) : connectTls({ ...where, ca });
  let answer = '';
  socket.setEncoding('latin1').on('data', (data) => (answer += String(data)));
  // A reset shows in what is missing.
  socket.on('error', () => undefined);
  socket.write(Buffer.from(text, 'latin1'));
  await new Promise<void>((resolve) => socket.once('close', () => resolve()));
  return masked(answer).replaceAll(TRACE, 'X-Amzn-Trace-Id: ...');
}
