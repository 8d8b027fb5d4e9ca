import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { afterEach, expect, test } from 'vitest';
import { beside } from '../support/beside.ts';
import { selfSigned } from '../support/certificates.ts';
import { available } from '../support/commands.ts';
import { closed } from '../support/closed.ts';
import { createUrl, openToAll } from '../support/function-urls.ts';
import { deploy } from '../support/functions.ts';
import { LoopbackGate } from '../support/loopback-gate.ts';
import { startServer, temporaryDirectory, type TestServer } from '../support/server.ts';
import { untilWorkers } from '../support/workers.ts';

/** The first SIGTERM waits for what runs, and for no client that does not go on. */
const cleanUp: (() => Promise<unknown>)[] = [];
const hasOpenssl = available('openssl', 'version');
if (!hasOpenssl) process.stderr.write('Stalled clients over TLS skipped: no openssl here\n');
const PATH = '/2015-03-31/functions/f/invocations';
/** Less than the fifteen minutes that a request may take at other times. */
const LONG = { timeout: 180_000 };

afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo();
});

async function begin(workers: number, isSecure: boolean): Promise<TestServer> {
  const folder = await temporaryDirectory();
  cleanUp.push(folder.remove);
  const flags = ['--workers', String(workers), '--isolation', 'process'];
  const server = await startServer({ flags, ...(isSecure && { tls: selfSigned(folder.path) }) });
  cleanUp.push(async () => {
    await server.kill();
    await server.stop();
  });
  if (workers > 1) await untilWorkers(server, workers);
  return server;
}

/** Connected; resolves `ended` when the server has ended it. */
async function open({ endpoint, ca }: TestServer): Promise<{ socket: Socket; ended: Promise<unknown> }> {
  const where = { port: Number(new URL(endpoint).port), host: '127.0.0.1' };
  const socket: Socket = ca === undefined ? connect(where) : connectTls({ ...where, ca });
  socket.on('error', () => undefined).resume();
  const ended = closed(socket);
  await once(socket, ca === undefined ? 'connect' : 'secureConnect');
  return { socket, ended };
}

async function stallHttp2({ endpoint, ca }: TestServer): Promise<{ ended: Promise<unknown> }> {
  const session = connectHttp2(endpoint, ca === undefined ? {} : { ca });
  session.on('error', () => undefined);
  const ended = closed(session);
  const stream = session.request({ ':method': 'POST', ':path': PATH, 'content-length': 1000 });
  stream.on('error', () => undefined).write('{"only": "this');
  await once(session, 'remoteSettings');
  return { ended };
}

/** What does not go on, in all forms: nobody waits for any. */
async function stalled(server: TestServer, host: string): Promise<Promise<unknown>[]> {
  const began: Promise<unknown>[] = [];
  const stall = async (bytes: string): Promise<void> => {
    const { socket, ended } = await open(server);
    socket.write(bytes);
    began.push(ended);
  };
  const { socket } = await open(server);
  socket.write('PUT /uploads HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n');
  await once(socket, 'data');
  await stall('PUT /uploads/o HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\nhalf');
  await stall(`POST ${PATH} HTTP/1.1\r\nHost: h\r\nContent-Length: 7\r\n\r\n{"a`);
  await stall(`POST ${PATH} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{"a`);
  await stall(`POST / HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 7\r\n\r\n{"a`);
  await stall(`POST ${PATH} HTTP/1.1\r\nHost: h\r\nContent-`);
  await stall(`POST ${PATH} HTTP/1.1\r\nHost: h\r\nContent-Length: 7\r\nExpect: 100-continue\r\n\r\n`);
  began.push((await stallHttp2(server)).ended);
  // Half of what begins TLS; without TLS no request's beginning.
  const raw = await open({ ...server, ca: undefined });
  raw.socket.write(Buffer.from('160301020001', 'hex'));
  began.push(raw.ended);
  return began;
}

test.each([
  [1, false],
  [2, false],
  [1, true],
  [2, true],
])('%i processes, TLS %s: who stalls is left, what runs is answered', LONG, async (workers, isSecure) => {
  if (isSecure && !hasOpenssl) return;
  const server = await begin(workers, isSecure);
  const gate = await LoopbackGate.listen();
  cleanUp.push(async () => await gate.close());
  await deploy(server.lambda, 'f', { 'index.js': gate.handler("'through'") }, { Timeout: 150 });
  await openToAll(server.lambda, 'f');
  const { FunctionUrl = '' } = await createUrl(server.lambda, { FunctionName: 'f' });
  const running = server.lambda.send(new InvokeCommand({ FunctionName: 'f' }));
  await beside(running, async () => await gate.untilInside(1));
  const began = await stalled(server, new URL(FunctionUrl).host);
  const exited = once(server.process, 'exit');
  server.process.kill('SIGTERM');
  await beside(running, async () => await Promise.all(began));
  expect(gate.inside).toBe(1);
  gate.open();
  expect((await running).Payload?.transformToString()).toBe('"through"');
  expect(await exited).toEqual([0, null]);
});
