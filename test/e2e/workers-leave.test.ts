import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { beside } from '../support/beside.ts';
import { deploy } from '../support/functions.ts';
import { uniqueName } from '../support/lambda-requests.ts';
import { LoopbackGate } from '../support/loopback-gate.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { untilDeaf } from '../support/until-deaf.ts';
import { health, untilWorkers } from '../support/workers.ts';

const WORKERS = 2;

async function start(): Promise<TestServer> {
  const server = await startServer({ flags: ['--workers', String(WORKERS), '--isolation', 'process'] });
  await untilWorkers(server, WORKERS);
  return server;
}

/** A connection, and all that came back on it when it is closed. */
async function open(server: TestServer): Promise<{ socket: Socket; said: Promise<string> }> {
  const socket = connect({ port: Number(new URL(server.endpoint).port), host: '127.0.0.1', noDelay: true });
  let text = '';
  socket.setEncoding('latin1').on('data', (data) => (text += String(data)));
  socket.on('error', (error) => (text += error.message));
  const said = new Promise<string>((resolve) => socket.once('close', () => resolve(text)));
  await once(socket, 'connect');
  return { socket, said };
}

test('what a worker has sent back is answered before the platform leaves', { timeout: 120_000 }, async () => {
  const server = await start();
  const gate = await LoopbackGate.listen();
  const name = uniqueName();
  await deploy(server.lambda, name, { 'index.js': gate.handler("'through'") }, { Timeout: 60 });
  const { socket, said } = await open(server);
  // In chunks, it is none of a worker's business.
  const head = `POST /2015-03-31/functions/${name}/invocations HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n`;
  socket.write(`${head}2\r\n{}\r\n0\r\n\r\n`);
  await beside(said, async () => await gate.untilInside(1));
  const exited = once(server.process, 'exit');
  server.process.kill('SIGTERM');
  await untilDeaf(server);
  gate.open();
  expect(await said).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*"through"$/);
  expect(await exited).toEqual([0, null]);
  await gate.close();
});

test('a request that comes slowly is answered before its worker leaves, and its connection ends then', {
  timeout: 120_000,
}, async () => {
  const server = await start();
  const name = uniqueName();
  await deploy(server.lambda, name, { 'index.js': 'exports.handler = async (event) => event;' });
  const { socket, said } = await open(server);
  const head = `POST /2015-03-31/functions/${name}/invocations HTTP/1.1\r\nHost: h\r\nContent-Length: 7\r\n\r\n`;
  // With the answer to the first it is certain that the beginning of the second is there, and that a worker has both.
  socket.write(`${head}{"a":0}${head}{"a`);
  await once(socket, 'data');
  expect((await health(server)).workers.reduce((sum, { invocations }) => sum + invocations, 0)).toBe(1);
  const exited = once(server.process, 'exit');
  server.process.kill('SIGTERM');
  await untilDeaf(server);
  socket.write('":1}');
  expect(await said).toMatch(
    /^HTTP\/1\.1 200 OK\r\n[^]*\{"a":0\}HTTP\/1\.1 200 OK\r\n[^]*\r\nConnection: close\r\n[^]*\{"a":1\}$/,
  );
  expect(await exited).toEqual([0, null]);
});
