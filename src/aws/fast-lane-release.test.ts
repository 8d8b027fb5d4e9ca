import type { Socket } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { stopReading, takeRead } from './connection-handover.ts';
import type { AnyOperationHandler } from './service.ts';
import { invokeRequest, LaneServer, RawClient } from './testing/lane-server.ts';

const open: LaneServer[] = [];
const away: Socket[] = [];
afterEach(async () => {
  for (const socket of away.splice(0)) socket.destroy();
  await Promise.all(open.splice(0).map((server) => server.listener.close(0)));
});

interface Released {
  readonly socket: Socket;
  readonly unread: string;
}

/** A server whose connections are given away into a list, with all that was read of them. */
async function start(invoke: AnyOperationHandler) {
  const released: Released[] = [];
  const onReleased = (socket: Socket, unread: Buffer): void => {
    expect(stopReading(socket)).toBe(true);
    away.push(socket);
    released.push({ socket, unread: Buffer.concat([unread, takeRead(socket)]).toString('latin1') });
  };
  const server = new LaneServer(invoke, true, {}, undefined, { onReleased });
  open.push(server);
  await server.start();
  const { lane } = server.listener;
  if (lane === undefined) throw new Error('there is no lane');
  return { server, lane, released };
}

/** A handler whose answers are given by hand; they repeat the request's body. */
function byHand() {
  const waiting: (() => void)[] = [];
  const invoke = (input: { Payload?: Uint8Array }) =>
    new Promise<unknown>((resolve) => {
      waiting.push(() => resolve({ StatusCode: 200, Payload: input.Payload }));
    });
  return { waiting, invoke };
}

const echo = (input: { Payload?: Uint8Array }) => ({ StatusCode: 200, Payload: input.Payload });
const bodyOf = (answer: string | undefined): string | undefined => answer?.split('\r\n\r\n')[1];

test('an idle connection is given away at once, and what comes then is left unread', async () => {
  const { server, lane, released } = await start(echo);
  const client = await new RawClient(server).send(invokeRequest('"1"'));
  await client.answers(1);
  lane.release();
  expect(released.map(({ unread }) => unread)).toEqual(['']);
  await client.send(invokeRequest('"2"'));
  expect(server.laneRequests).toBe(1);
  expect(released[0]?.socket.readableLength).toBe(0);
});

test('one with a request under way is given away after its answer', async () => {
  const { waiting, invoke } = byHand();
  const { server, lane, released } = await start(invoke);
  const client = await new RawClient(server).send(invokeRequest('"1"'));
  await vi.waitFor(() => expect(waiting).toHaveLength(1), 25_000);
  lane.release();
  expect(released).toEqual([]);
  waiting[0]?.();
  expect((await client.answers(1)).map(bodyOf)).toEqual(['"1"']);
  expect(released).toHaveLength(1);
});

test('what was sent ahead goes along, in order', async () => {
  const { waiting, invoke } = byHand();
  const { server, lane, released } = await start(invoke);
  // More than is read before a connection is paused.
  const ahead = Array.from({ length: 400 }, (_, index) => invokeRequest(`"${index}${'x'.repeat(500)}"`));
  const client = new RawClient(server);
  const sent = client.send(ahead.join(''));
  await vi.waitFor(() => expect(waiting).toHaveLength(1), 25_000);
  lane.release();
  waiting[0]?.();
  await client.answers(1);
  const rest = ahead.slice(1).join('');
  expect(released[0]?.unread.length).toBeGreaterThan(0);
  expect(rest.startsWith(released[0]?.unread ?? 'x')).toBe(true);
  client.socket.destroy();
  await sent.catch(() => undefined);
});

test('a request that is still coming is answered before', async () => {
  const { server, lane, released } = await start(echo);
  const request = invokeRequest('"1234567890"');
  const client = await new RawClient(server).send(invokeRequest('"0"'), request.slice(0, -5));
  await client.answers(1);
  lane.release();
  expect(released).toEqual([]);
  await client.send(request.slice(-5));
  expect((await client.answers(2)).map(bodyOf)).toEqual(['"0"', '"1234567890"']);
  await vi.waitFor(() => expect(released.map(({ unread }) => unread)).toEqual(['']), 25_000);
});

test('one whose client has ended his side is answered and closed, not given away', async () => {
  const { waiting, invoke } = byHand();
  const { server, lane, released } = await start(invoke);
  const client = await new RawClient(server).send(invokeRequest('"1"'));
  await vi.waitFor(() => expect(waiting).toHaveLength(1), 25_000);
  client.socket.end();
  lane.release();
  waiting[0]?.();
  await client.closed;
  expect(client.text).toMatch(/^HTTP\/1\.1 200 [^]*"1"$/);
  lane.release();
  expect(released).toEqual([]);
});

test('one that was given away can be taken up again, paused or not', async () => {
  const { waiting, invoke } = byHand();
  const { server, lane } = await start(invoke);
  const again = new LaneServer(echo, true);
  open.push(again);
  const client = new RawClient(server);
  const bodies = Array.from({ length: 400 }, (_, index) => `"${index}${'x'.repeat(500)}"`);
  const sent = client.send(bodies.map((body) => invokeRequest(body)).join(''));
  await vi.waitFor(() => expect(waiting).toHaveLength(1), 25_000);
  server.onReleased = (socket, unread) => again.listener.resume(socket, unread);
  lane.release();
  waiting[0]?.();
  expect((await client.answers(bodies.length)).map(bodyOf)).toEqual(bodies);
  await sent;
  client.socket.destroy();
  await client.closed;
});

test('only while they are counted, requests are, by connection', async () => {
  const { server, lane } = await start(echo);
  const clients = [new RawClient(server), new RawClient(server)];
  for (const client of clients) await (await client.send(invokeRequest('"1"'))).answers(1);
  expect(lane.count()).toEqual({ requests: 0, connections: [] });
  lane.watch(true);
  const [first] = clients;
  await (await first?.send(invokeRequest('"2"') + invokeRequest('"3"')))?.answers(3);
  expect(lane.count()).toMatchObject({ requests: 2, connections: [{ counted: 0 }] });
  expect(lane.count().requests).toBe(0);
});
