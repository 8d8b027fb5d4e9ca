import { connect } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createUrl, openToAll } from '../support/function-urls.ts';
import { deploy } from '../support/functions.ts';
import { startServer, type TestServer } from '../support/server.ts';

/** A body may come in as many pieces as it has bytes, and takes no more memory for that. */
const PIECE = '1\r\na\r\n';
const PIECES = 1_000_000;
/** Too little for an object for each piece. */
const HEAP_MB = 96;

let server: TestServer;
let host: string;

beforeAll(async () => {
  server = await startServer({
    flags: ['--isolation', 'process', '--workers', '1'],
    env: { NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}` },
  });
  await deploy(server.lambda, 'f', {
    'index.js': 'exports.handler = async ({ body }) => Buffer.from(body, "base64").length;',
  });
  await openToAll(server.lambda, 'f');
  ({ host } = new URL((await createUrl(server.lambda, { FunctionName: 'f' })).FunctionUrl ?? ''));
});

afterAll(async () => {
  expect(await server.stop()).toBe(0);
});

/** What is answered to a request that comes so, up to the end of this; as much of it is sent as is taken. */
async function send(head: string, answer: RegExp): Promise<string> {
  const socket = connect(Number(new URL(server.endpoint).port), '127.0.0.1');
  let text = '';
  const ended = new Promise<string>((resolve) => {
    socket.on('data', (data) => {
      text += String(data);
      if (answer.test(text)) resolve(text);
    });
    socket.on('error', () => undefined).once('close', () => resolve(`${text} closed`));
  });
  const over = new AbortController();
  void ended.then(() => over.abort());
  socket.write(`${head}\r\nTransfer-Encoding: chunked\r\n\r\n`);
  const some = Buffer.from(PIECE.repeat(10_000));
  for (let sent = 0; sent < PIECES && !over.signal.aborted; sent += 10_000)
    if (!socket.write(some)) await Promise.race([once(socket, 'drain'), ended]);
  socket.write('0\r\n\r\n');
  await ended;
  socket.destroy();
  return text;
}

test.each([
  ['an upload of code', () => 'POST /2015-03-31/functions HTTP/1.1\r\nHost: h', /^HTTP\/1\.1 400 /],
  ['an Invoke', () => 'POST /2015-03-31/functions/f/invocations HTTP/1.1\r\nHost: h', /^HTTP\/1\.1 400 /],
  ['a function URL', () => `POST / HTTP/1.1\r\nHost: ${host}`, /^HTTP\/1\.1 200 [^]*1000000$/],
  ['a route of the platform', () => 'POST /_lambent/runtimes HTTP/1.1\r\nHost: h', /^HTTP\/1\.1 413 /],
])('%s', { timeout: 120_000 }, async (_, head, answer) => {
  expect(await send(head(), answer)).toMatch(answer);
});
