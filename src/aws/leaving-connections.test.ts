import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { eventually } from '../../test/support/functions.ts';
import { LeavingConnections } from './leaving-connections.ts';
import { HOST } from './testing/listener-fixture.ts';

const LOOK_MS = 1000;
const undo: (() => void)[] = [];

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => {
  for (const each of undo.splice(0)) each();
  vi.useRealTimers();
});

/** Both ends of a connection, of a process that leaves. */
async function start(isRunning = false): Promise<{ socket: Socket; client: Socket }> {
  const server = createServer().listen(0, HOST);
  await once(server, 'listening');
  const client = connect((server.address() as { port: number }).port, HOST).on('error', () => undefined);
  const [socket] = (await once(server, 'connection')) as [Socket];
  socket.on('error', () => undefined).resume();
  const sockets = new Set([socket]);
  const leaving = new LeavingConnections(sockets, () => new Set(isRunning ? [socket] : []));
  undo.push(
    () => leaving.stop(),
    () => socket.destroy(),
    () => client.destroy(),
    () => server.close(),
  );
  return { socket, client };
}

async function send(client: Socket, socket: Socket, bytes: number): Promise<void> {
  const until = socket.bytesRead + bytes;
  client.write(Buffer.alloc(bytes));
  // The way to wait that vitest has moves the time that it fakes.
  await eventually(
    async () => await Promise.resolve(socket.bytesRead),
    (read) => read === until,
  );
}

const look = (times: number) => vi.advanceTimersByTime(times * LOOK_MS);

test('a connection with something under way is left alone', async () => {
  const { socket } = await start(true);
  look(1000);
  expect(socket.destroyed).toBe(false);
});

test('a client that says nothing more is left after five seconds', async () => {
  const { socket, client } = await start();
  await send(client, socket, 100);
  look(5);
  expect(socket.destroyed).toBe(false);
  look(1);
  expect(socket.destroyed).toBe(true);
});

test('one that goes on is waited for, and one that does so by single bytes is not', async () => {
  const [one, other] = [await start(), await start()];
  for (let times = 0; times < 20; times += 1) {
    await send(one.client, one.socket, 2048);
    if (!other.socket.destroyed) await send(other.client, other.socket, 1);
    look(1);
  }
  expect([one.socket.destroyed, other.socket.destroyed]).toEqual([false, true]);
});

test('a client that takes none of its answer is left after half a minute, and not while it takes some', async () => {
  const { socket, client } = await start();
  client.pause();
  const answer = Buffer.alloc(64 * 1024 * 1024);
  socket.write(answer);
  for (let times = 0; times < 3; times += 1) {
    look(29);
    expect(socket.destroyed).toBe(false);
    await some(client);
  }
  look(31);
  expect(socket.destroyed).toBe(true);
});

/** Reads so much that room is made for more. */
async function some(client: Socket): Promise<void> {
  let bytes = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  const take = (chunk: Buffer): void => {
    bytes += chunk.length;
    if (bytes > 16 * 1024 * 1024) resolve();
  };
  client.on('data', take);
  client.resume();
  await promise;
  client.off('data', take).pause();
}
