import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { LARGEST_RESPONSE_BYTES, type RuntimeEvents } from '../runtime-link.ts';
import { BodyRoom } from '../../model/body-room.ts';
import { RuntimeApiClient } from './runtime-api-client.ts';
import { RuntimeLane } from './runtime-lane.ts';

const HOST = 'Host: 127.0.0.1:9001\r\n';
const NEXT = `GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n${HOST}\r\n`;

function response(id: string, body: string): string {
  const head = `POST /2018-06-01/runtime/invocation/${id}/response HTTP/1.1\r\n${HOST}`;
  return `${head}Content-Length: ${body.length}\r\n\r\n${body}`;
}

let nexts = 0;
let responses: string[] = [];
let leftWith: string | undefined;
let wasted = 0;
const room = new BodyRoom(2 * LARGEST_RESPONSE_BYTES);
const events: RuntimeEvents = {
  onNext: () => (nexts += 1) > 0,
  onResponse: (requestId, payload) => {
    responses.push(Buffer.from(payload).toString());
    return requestId === 'known';
  },
  onStream: () => undefined,
  onError: () => false,
  refusalOf: () => undefined,
  onInitError: () => false,
  onRestoreNext: () => false,
  onRestoreError: () => false,
  onLog: () => undefined,
};
const sockets: Socket[] = [];
let client: RuntimeApiClient;
const server = createServer({ allowHalfOpen: true }, (socket) => {
  const asHttp = (left: Socket): void => void left.once('data', (unread) => (leftWith = String(unread)));
  const onWaste = (bytes: number): void => void (wasted += bytes);
  new RuntimeLane(socket, { client, room, onWaste, asHttp }).begin();
});

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => server.close());

beforeEach(() => {
  client = new RuntimeApiClient(events);
  nexts = 0;
  responses = [];
  leftWith = undefined;
  wasted = 0;
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** A connection, and all that has come over it. */
function connection(): { readonly socket: Socket; readonly read: () => string } {
  const { port } = server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  let read = '';
  socket.on('data', (chunk) => (read += chunk.toString('latin1')));
  return { socket, read: () => read };
}

function deliver(payload: string): void {
  const invokedFunctionArn = 'arn:aws:lambda:us-east-1:000000000000:function:f';
  client.deliver(
    {
      requestId: 'known',
      payload: Buffer.from(payload),
      invokedFunctionArn,
      traceId: 'Root=1-2-3',
      clientContext: undefined,
      wantsLogTail: false,
    },
    1,
  );
}

const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 25_000, interval: 3 });
const asked = (times: number): Promise<void> => until(() => expect(nexts).toBe(times));

const probe = { pause: () => undefined, resume: () => undefined };

function isBodyComing(): boolean {
  if (!room.begin(probe, 1)) return true;
  room.leave(probe);
  return false;
}

describe('a connection of a runtime', () => {
  test('carries one event after the other, each answered in the order in which it was asked for', async () => {
    const { socket, read } = connection();
    socket.write(NEXT);
    for (let round = 1; round <= 30; round += 1) {
      await asked(round);
      deliver(`event ${round}`);
      await until(() => expect(read()).toContain(`event ${round}`));
      // What it wants next comes along with its response, sometimes.
      const body = 'r'.repeat(round);
      if (round % 2 === 0) socket.write(response('known', body) + NEXT);
      else socket.write(response('known', body), () => socket.write(NEXT));
    }
    await asked(31);
    expect(responses.map((body) => body.length)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
    const expected = Array.from({ length: 60 }, (_, n) => `HTTP/1.1 ${n % 2 === 0 ? 200 : 202}`);
    await until(() => expect(read().match(/HTTP\/1\.1 \d+/g)).toEqual(expected));
    expect(leftWith).toBeUndefined();
  });

  test('becomes node:http’s with a response nobody waits for', async () => {
    const { socket } = connection();
    socket.write(response('other', '{}') + response('known', '{}'));
    await until(() => expect(leftWith).toBe(response('other', '{}') + response('known', '{}')));
  });

  test.each([3, 40_000, 64 * 1024, 300_000, LARGEST_RESPONSE_BYTES - 2048])(
    'gives a response of %i bytes that comes apart from its head, cut anywhere, and goes on',
    async (bytes) => {
      const { socket, read } = connection();
      const body = 'abcdefghij'.repeat(Math.ceil(bytes / 10)).slice(0, bytes);
      const text = response('known', body);
      const head = text.length - bytes;
      const cuts = [[head], [head + 1], [text.length - 1], [head, head + 2, text.length - 1]];
      for (const [round, places] of cuts.entries()) {
        for (const [index, place] of [...places, text.length].entries()) {
          socket.write(text.slice(places[index - 1] ?? 0, place));
          await new Promise((turn) => setImmediate(turn));
        }
        await until(() => expect(responses).toHaveLength(round + 1));
      }
      // What comes behind it in the same packet is not lost.
      const [first, last] = [text.slice(0, -1), text.slice(-1)];
      socket.write(first, () => socket.write(last + NEXT));
      await asked(1);
      expect(responses.every((received) => received === body)).toBe(true);
      await until(() => expect(read().match(/HTTP\/1\.1 202/g)).toHaveLength(cuts.length + 1));
      expect([leftWith, wasted]).toEqual([undefined, 0]);
    },
  );

  test('becomes node:http’s with a large response nobody waits for, all of it, and with a second one meanwhile', async () => {
    const body = 'z'.repeat(200_000);
    const [first, second] = [connection().socket, connection().socket];
    first.write(response('other', body).slice(0, -1));
    await until(() => expect(isBodyComing()).toBe(true));
    const begun = response('known', body).slice(0, 1000);
    second.write(begun);
    await until(() => expect(leftWith).toBe(begun));
    first.write('z');
    await until(() => expect(leftWith?.length).toBe(response('other', body).length));
    expect(leftWith).toBe(response('other', body));
    expect(wasted).toBe(leftWith?.length);
  });

  test('that breaks in the middle of a response leaves room for the next one', async () => {
    for (const how of ['end', 'destroy', 'resetAndDestroy'] as const) {
      const { socket } = connection();
      const before = wasted;
      socket.write(response('known', 'y'.repeat(100_000)).slice(0, 90_000));
      await until(() => expect(isBodyComing()).toBe(true));
      socket[how]();
      await until(() => expect(wasted).toBeGreaterThan(before));
    }
    connection().socket.write(response('known', 'y'.repeat(100_000)));
    await until(() => expect(responses).toEqual(['y'.repeat(100_000)]));
    expect(leftWith).toBeUndefined();
  });

  test.each([16 * 1024 - 500, 16 * 1024, 100_000, 6_000_000])(
    'takes an event of %i bytes whole',
    async (bytes) => {
      const { socket, read } = connection();
      socket.write(NEXT);
      await asked(1);
      const event = `"${'é'.repeat((bytes - 2) / 2)}"`;
      deliver(event);
      await until(() => expect(read().length).toBeGreaterThanOrEqual(bytes));
      const [head = '', body] = read().split('\r\n\r\n');
      expect(head).toContain(`Content-Length: ${bytes}\r\n`);
      expect(Buffer.from(body ?? '', 'latin1').toString()).toBe(event);
    },
  );

  test('that breaks before all of an event has left gets that event again', async () => {
    const slow = connection();
    slow.socket.pause();
    slow.socket.write(NEXT);
    await asked(1);
    // More than the system keeps for a connection.
    deliver('x'.repeat(64 * 1024 * 1024));
    slow.socket.destroy();
    await new Promise((resolve) => setImmediate(resolve));
    const again = connection();
    again.socket.removeAllListeners('data').resume();
    again.socket.write(NEXT);
    await until(() => expect(again.socket.bytesRead).toBeGreaterThan(64 * 1024 * 1024));
    expect(nexts).toBe(1);
  });

  test('becomes node:http’s with the first request that is anything else, and with what was not read yet', async () => {
    const { socket, read } = connection();
    const unusual = response('known', '{}').replace('/response', '/error');
    socket.write(response('known', '{}') + unusual + NEXT);
    await until(() => expect(leftWith).toBe(unusual + NEXT));
    await until(() => expect(read()).toContain('HTTP/1.1 202'));
    expect(responses).toEqual(['{}']);
  });
});
