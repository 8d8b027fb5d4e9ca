import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { connectChannel } from './channel-socket.ts';

let directory: string;
let server: Server;
let channel: Socket;
let far: Socket;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'lambent-channel-'));
  const path = join(directory, 's');
  server = createServer().listen(path);
  await once(server, 'listening');
  const accepted = once(server, 'connection');
  channel = connectChannel(path);
  [far] = (await accepted) as [Socket];
});

afterEach(() => {
  channel.destroy();
  far.destroy();
  server.close();
  rmSync(directory, { recursive: true, force: true });
});

function collect(): () => string {
  const seen: string[] = [];
  channel.on('data', (bytes: Buffer) => seen.push(bytes.toString()));
  return () => seen.join('');
}

test('what comes before anybody listens is not lost', async () => {
  far.write('early ');
  await vi.waitFor(() => expect(channel.readableLength).toBe(6), 25_000);
  const seen = collect();
  far.write('late');
  await vi.waitFor(() => expect(seen()).toBe('early late'), 25_000);
});

test('nothing comes while it is paused, everything afterwards, in order', async () => {
  const seen = collect();
  far.write('1');
  await vi.waitFor(() => expect(seen()).toBe('1'), 25_000);
  channel.pause();
  channel.unshift('2');
  far.write('3');
  // A round trip on another connection: what was written before it has arrived as well.
  const other = connectChannel(join(directory, 's'));
  await once(other, 'connect');
  other.destroy();
  expect(seen()).toBe('1');
  channel.resume();
  await vi.waitFor(() => expect(seen()).toBe('123'), 25_000);
});

test('many channels share the memory, and none sees bytes of another', async () => {
  const path = join(directory, 's');
  const peers: Socket[] = [];
  const texts: (() => string)[] = [];
  for (let index = 0; index < 8; index += 1) {
    const accepted = once(server, 'connection');
    const socket = connectChannel(path);
    let text = '';
    socket.on('data', (bytes: Buffer) => (text += bytes.toString()));
    texts.push(() => text);
    peers.push(...((await accepted) as [Socket]));
  }
  for (let count = 0; count < 50; count += 1) {
    for (const [index, peer] of peers.entries()) peer.write(String(index).repeat(1000));
  }
  const expected = peers.map((_, index) => String(index).repeat(50_000));
  await vi.waitFor(() => expect(texts.map((text) => text())).toEqual(expected), 25_000);
  for (const peer of peers) peer.destroy();
});

test('it ends when the other side does, and can be iterated', async () => {
  far.end('all of it');
  const chunks: Buffer[] = [];
  for await (const chunk of channel) chunks.push(chunk as Buffer);
  expect(Buffer.concat(chunks).toString()).toBe('all of it');
});
