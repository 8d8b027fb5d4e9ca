import { request as send, createServer, type ClientRequest } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { BodyRoom } from '../../model/body-room.ts';
import { readBody } from './request-body.ts';

const LIMIT = 300_000;
const room = new BodyRoom(2 * LIMIT);
const read: { bytes: number; tooLarge: boolean }[] = [];
let received = 0;
const server = createServer((request, response) => {
  request.on('data', (chunk: Buffer) => (received += chunk.length));
  void readBody(request, LIMIT, room).then((body) => {
    if (body !== undefined) read.push({ bytes: body.bytes.length, tooLarge: body.tooLarge });
    response.end();
    return undefined;
  });
});

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Sends so much of a body, and not its end. */
function begin(bytes: number): ClientRequest {
  const { port } = server.address() as AddressInfo;
  const request = send({ port, host: '127.0.0.1', method: 'POST', agent: false });
  request.on('error', () => undefined);
  request.on('response', (response) => response.resume());
  request.write(Buffer.alloc(bytes, 'x'));
  return request;
}

const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 25_000, interval: 3 });

class Body {
  isPaused = false;
  pause(): void {
    this.isPaused = true;
  }
  resume(): void {
    this.isPaused = false;
  }
}

test('the oldest body always comes through, the others wait for room', () => {
  const own = new BodyRoom(100);
  const [first, second, third] = [new Body(), new Body(), new Body()];
  own.keep(first, 90);
  own.keep(second, 10);
  expect(second.isPaused).toBe(false);
  own.keep(third, 1);
  own.keep(first, 200);
  expect([first, second, third].map(({ isPaused }) => isPaused)).toEqual([false, false, true]);
  own.keep(second, 1);
  expect(second.isPaused).toBe(true);
  own.leave(first);
  expect([second, third].map(({ isPaused }) => isPaused)).toEqual([false, false]);
  own.keep(third, 200);
  own.leave(second);
  own.leave(second);
  expect(third.isPaused).toBe(false);
});

test('small bodies wait for nobody', () => {
  const own = new BodyRoom(100, 20);
  const [first, small] = [new Body(), new Body()];
  own.keep(first, 200);
  own.keep(small, 20);
  expect(small.isPaused).toBe(false);
  own.keep(small, 1);
  expect(small.isPaused).toBe(true);
  own.leave(first);
  expect(small.isPaused).toBe(false);
});

test('bodies that have to wait for each other all come through in the end', async () => {
  const requests = Array.from({ length: 20 }, () => begin(250_000));
  await until(() => expect(received).toBeGreaterThan(2 * LIMIT));
  for (const request of requests) request.end('y');
  await until(() => expect(read).toHaveLength(20));
  expect(new Set(read.map(({ bytes }) => bytes))).toEqual(new Set([250_001]));
  expect(read.filter(({ tooLarge }) => tooLarge)).toEqual([]);
});

test('a body over the limit is told from others; one that goes on and on is cut off', async () => {
  read.length = 0;
  begin(LIMIT + 1).end();
  await until(() => expect(read).toEqual([{ bytes: 0, tooLarge: true }]));
  const endless = begin(5 * LIMIT);
  await new Promise((resolve) => endless.once('close', resolve));
  expect(read).toHaveLength(1);
});
