import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, expect, test, vi } from 'vitest';
import { DatagramRelay, type DatagramWays } from './datagram-relay.ts';
import { packetTo } from './packet-fixture.ts';

const HEADERS = 22 + 20 + 8;
const WAIT = { timeout: 30_000, interval: 5 };

const open: { close: () => void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

/** Answers with what it was told, and the port that it was told from. */
async function peer(): Promise<number> {
  const socket: Socket = createSocket('udp4');
  open.push(socket);
  socket.on('message', (bytes: Buffer, { port, address }: RemoteInfo) =>
    socket.send(`${bytes.toString()} from ${port}`, port, address),
  );
  const listening = once(socket, 'listening');
  socket.bind(0, '127.0.0.1');
  await listening;
  return socket.address().port;
}

function relay(ways: Partial<DatagramWays> = {}, quietLimitMs?: number) {
  const frames: Buffer[] = [];
  const made = new DatagramRelay(
    { inside: (frame) => frames.push(frame), mayReach: () => true, lookUp: () => false, ...ways },
    quietLimitMs,
  );
  open.push(made);
  return { relay: made, frames, texts: () => frames.map((frame) => frame.toString('latin1', HEADERS)) };
}

test('one port and one place keep their socket; others have one of their own', async () => {
  const [one, other] = [await peer(), await peer()];
  const { relay: made, frames, texts } = relay();
  const say = (what: string, port: number, from: number): void =>
    made.take(packetTo('127.0.0.1', port, Buffer.from(what), from));
  say('a', one, 1);
  say('b', one, 1);
  say('c', one, 2);
  say('d', other, 1);
  await vi.waitFor(() => expect(frames).toHaveLength(4), WAIT);
  const sources = texts().map((text) => text.split(' from '));
  const of = (what: string) => sources.find(([said]) => said === what)?.[1];
  expect(of('b')).toBe(of('a'));
  expect(new Set(['a', 'c', 'd'].map(of)).size).toBe(3);
  expect(made.flows).toBe(3);
});

test('of all flows together so much is kept for a kernel that takes no more, and what comes later arrives again', async () => {
  const ports = await Promise.all(Array.from({ length: 100 }, peer));
  const { relay: made, frames } = relay();
  const sayToAll = (what: Buffer): void => {
    for (const port of ports) made.take(packetTo('127.0.0.1', port, what));
  };
  sayToAll(Buffer.from('a'));
  await vi.waitFor(() => expect(frames).toHaveLength(100), WAIT);
  // All before the first of them is known to have left.
  sayToAll(Buffer.alloc(60_000));
  await vi.waitFor(() => expect(frames).toHaveLength(170), WAIT);
  sayToAll(Buffer.from('b'));
  await vi.waitFor(() => expect(frames).toHaveLength(270), WAIT);
});

test('what is quiet for long ends, and begins anew when it is used', async () => {
  const port = await peer();
  const { relay: made, frames } = relay({}, 40);
  made.take(packetTo('127.0.0.1', port, Buffer.from('a')));
  await vi.waitFor(() => expect(made.flows).toBe(0), WAIT);
  await vi.waitFor(() => {
    made.take(packetTo('127.0.0.1', port, Buffer.from('b')));
    expect(frames.some((frame) => frame.toString('latin1', HEADERS).startsWith('b'))).toBe(true);
  }, WAIT);
});

test('what may not be reached is refused, and what nobody listens at', async () => {
  const asked: string[] = [];
  const { relay: made, frames } = relay({
    mayReach: (host) => {
      asked.push(host);
      return host === '127.0.0.1';
    },
  });
  const port = await peer();
  made.take(packetTo('10.1.2.3', port, Buffer.from('a')));
  made.take(packetTo('10.1.2.3', port, Buffer.from('b')));
  // Both are answered at once, but looked at once only.
  expect(frames.map((frame) => frame.readUInt16BE(42))).toEqual([0x0303, 0x0303]);
  expect(asked).toEqual(['10.1.2.3']);
  const gone = createSocket('udp4');
  const listening = once(gone, 'listening');
  gone.bind(0, '127.0.0.1');
  await listening;
  const free = gone.address().port;
  gone.close();
  made.take(packetTo('127.0.0.1', free, Buffer.from('c')));
  await vi.waitFor(() => expect(frames.at(2)?.readUInt16BE(42)).toBe(0x0303), WAIT);
});

test('lookups are answered by whoever takes them', () => {
  const { relay: made, texts } = relay({
    mayReach: () => false,
    lookUp: ({ port }, query, answer) => {
      if (port === 53) answer(Buffer.from(query).reverse());
      return port === 53;
    },
  });
  made.take(packetTo('10.1.2.3', 53, Buffer.from('abc')));
  expect(texts()).toEqual(['cba']);
  expect(made.flows).toBe(0);
});

test('of very many flows those used last are kept', async () => {
  const port = await peer();
  const { relay: made, texts } = relay();
  const first = packetTo('127.0.0.1', port, Buffer.from('first'), 1);
  for (let from = 1; from <= 1200; from += 1) {
    made.take(packetTo('127.0.0.1', port, Buffer.from('x'), from));
    made.take(first);
  }
  expect(made.flows).toBe(1024);
  await vi.waitFor(() => expect(texts().some((text) => text.startsWith('first'))).toBe(true), WAIT);
  expect(new Set(texts().filter((text) => text.startsWith('first'))).size).toBe(1);
});
