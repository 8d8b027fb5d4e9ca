import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { available } from '../support/commands.ts';
import { createUrl, openToAll, web } from '../support/function-urls.ts';
import { deploy, eventually } from '../support/functions.ts';
import { openGate, UNTIL_OPEN } from '../support/overlap.ts';
import { startServer, type TestServer } from '../support/server.ts';

const ECHO = `exports.handler = async (event) => ({
  statusCode: 200,
  headers: { 'content-type': 'text/plain', trailer: 'x', connection: 'close' },
  body: event.rawPath,
});`;
/** Does not end before its first lines have been seen. */
const LASTING = `${UNTIL_OPEN}
exports.handler = awslambda.streamifyResponse(async (event, stream, context) => {
  for (let tick = 0; tick < 4; tick += 1) stream.write('tick ' + tick + '\\n');
  await untilOpen('seen', context.invokedFunctionArn);
  stream.end('done');
});`;

let server: TestServer;
let lambda: LambdaClient;
let url: string;

beforeAll(async () => {
  server = await startServer();
  ({ lambda } = server);
  url = (await opened('echo', ECHO, 'BUFFERED')).href;
});

afterAll(async () => {
  expect(await server.stop()).toBe(0);
});

async function opened(
  FunctionName: string,
  code: string,
  InvokeMode: 'BUFFERED' | 'RESPONSE_STREAM',
): Promise<{ readonly href: string; readonly arn: string }> {
  await deploy(lambda, FunctionName, { 'index.js': code }, { Timeout: 90 });
  await openToAll(lambda, FunctionName);
  const { FunctionUrl = '', FunctionArn = '' } = await createUrl(lambda, { FunctionName, InvokeMode });
  return { href: FunctionUrl, arn: FunctionArn };
}

test('a connection serves one request after another, whatever the function says of it', async () => {
  const { host, port } = new URL(url);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ports = new Set<number | undefined>();
  for (let each = 0; each < 5; each += 1) {
    const sent = request({ host: '127.0.0.1', port, path: `/${each}`, headers: { host }, agent });
    sent.end();
    const [response] = await once(sent, 'response');
    ports.add(sent.socket?.localPort);
    expect(response.headers).not.toHaveProperty('trailer');
    expect(Buffer.concat(await response.toArray()).toString()).toBe(`/${each}`);
  }
  expect(ports.size).toBe(1);
  agent.destroy();
});

test('answers come in the order of the requests on a connection', async () => {
  const { host, port } = new URL(url);
  const paths = Array.from({ length: 8 }, (_, each) => `/in-turn/${each}`);
  const socket = connect(Number(port), '127.0.0.1');
  const last = paths.length - 1;
  for (const [each, path] of paths.entries())
    socket.write(
      `GET ${path} HTTP/1.1\r\nhost: ${host}\r\n${each === last ? 'connection: close\r\n' : ''}\r\n`,
    );
  const text = Buffer.concat((await socket.toArray()) as Buffer[]).toString();
  expect(text.match(/\/in-turn\/\d/g)).toEqual(paths);
});

/** What comes back for the head of a request whose sender waits for a word before its body. */
async function told(host: string, bytes: number): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write(
    `POST / HTTP/1.1\r\nhost: ${host}\r\nexpect: 100-continue\r\ncontent-length: ${bytes}\r\n\r\n`,
  );
  const [first] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return first.toString();
}

test('who sends too much, or to no URL, is spared the upload', async () => {
  const { host } = new URL(url);
  expect(await told(host, 1000)).toBe('HTTP/1.1 100 Continue\r\n\r\n');
  expect(await told(host, 7_000_000)).toMatch(/^HTTP\/1\.1 413 .*\r\nconnection: close\r\n/is);
  expect(await told(`x${host}`, 1000)).toMatch(/^HTTP\/1\.1 403 .*\r\nconnection: close\r\n/is);
});

test('who asks for another protocol is told so, and that there is no more', async () => {
  const { host, port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  const upgrade = `GET / HTTP/1.1\r\nhost: ${host}\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n`;
  socket.write(`${upgrade}GET /behind HTTP/1.1\r\nhost: ${host}\r\n\r\n`);
  // Up to the end: nobody is left waiting for a second answer.
  const text = Buffer.concat((await socket.toArray()) as Buffer[]).toString();
  expect(text).toMatch(/^HTTP\/1\.1 400 .*\r\nconnection: close\r\n/is);
  expect(text).not.toContain('/behind');
});

test.each(['gzip, chunked', 'GZIP,Chunked'])('nothing is handed on as it was sent in %s', async (coding) => {
  const { host, port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  const head = `POST /packed HTTP/1.1\r\nhost: ${host}\r\ntransfer-encoding: ${coding}\r\n\r\n`;
  socket.write(`${head}5\r\nhello\r\n0\r\n\r\n`);
  const text = Buffer.concat((await socket.toArray()) as Buffer[]).toString();
  expect(text).toMatch(/^HTTP\/1\.1 501 .*\r\nconnection: close\r\n/is);
  expect(text).not.toContain('/packed');
  expect(
    await web(`${url}chunks`, { method: 'POST', headers: { 'transfer-encoding': 'Chunked' } }),
  ).toMatchObject({
    body: '/chunks',
  });
});

test('a client that ends its side behind its request is answered', async () => {
  const { host, port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.end(`GET /said-all HTTP/1.1\r\nhost: ${host}\r\n\r\n`);
  const text = Buffer.concat((await socket.toArray()) as Buffer[]).toString();
  expect(text).toMatch(/^HTTP\/1\.1 200 [^]*\r\n\r\n\/said-all$/);
});

test('a client that goes away while it sends is nobody’s failure', async () => {
  const { host, port } = new URL(url);
  const headers = { host, 'content-length': '1000', 'x-gone': 'yes' };
  const sent = request({ host: '127.0.0.1', port, method: 'POST', headers, agent: false });
  sent.on('error', () => undefined);
  sent.write('only this');
  await once(sent, 'socket').then(async ([socket]) => await once(socket, 'connect'));
  // Behind it, so that what was sent has been read.
  expect(await web(`${url}after`)).toMatchObject({ body: '/after' });
  sent.destroy();
  expect(await web(`${url}then`)).toMatchObject({ body: '/then' });
  expect(server.output()).not.toContain('A function URL failed');
});

test.skipIf(!available('curl', '--version'))('curl -N shows a stream while it is written', async () => {
  const { href, arn } = await opened('lasting', LASTING, 'RESPONSE_STREAM');
  const lasting = new URL(href);
  const resolve = `${lasting.hostname}:${lasting.port}:127.0.0.1`;
  const curl = spawn('curl', ['-sN', '--resolve', resolve, lasting.href], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let shown = '';
  curl.stdout.on('data', (chunk: Buffer) => (shown += chunk.toString()));
  await eventually(
    async () => shown,
    (text) => text.includes('tick 3\n'),
    30_000,
  );
  expect(curl.exitCode).toBeNull();
  expect(shown).not.toContain('done');
  const closed = once(curl, 'close');
  await openGate(server, arn, 'seen');
  await closed;
  expect(shown).toMatch(/tick 3\ndone$/);
});
