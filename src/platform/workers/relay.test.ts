import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { tls } from '../../aws/testing/certificate.ts';
import { awaitFirstBytes } from '../../aws/first-bytes.ts';
import { relay } from './relay.ts';
import { RelayDoor } from './relay-door.ts';
import { SecureConnections } from './secure-connections.ts';

const HOST = '127.0.0.1';
const opened: { close(): unknown }[] = [];
afterEach(() => {
  for (const each of opened.splice(0)) each.close();
});

/** A worker that relays all its connections, and the main process behind it. */
async function begin(onConnection: (socket: Socket, read: Buffer) => void): Promise<RelayDoor> {
  const directory = mkdtempSync(join(tmpdir(), 'relay-'));
  const door = await RelayDoor.open(directory, onConnection);
  opened.push(door, { close: () => rmSync(directory, { recursive: true, force: true }) });
  return door;
}

async function worker(door: RelayDoor): Promise<{ server: Server; client: TLSSocket }> {
  if (tls === undefined) throw new Error('no TLS');
  const secure = new SecureConnections(tls, (socket) => {
    socket.once('data', (read: Buffer) => relay(door.way, socket, read));
  });
  const server = createServer((socket) => {
    awaitFirstBytes(socket, 60_000, () => (read) => secure.take(socket, read));
  });
  await once(server.listen(0, HOST), 'listening');
  const { port } = server.address() as { port: number };
  // Node.js knows the option here too; its types do not.
  const where = { host: HOST, port, ca: tls.cert, localAddress: '127.0.0.7' };
  const client = connectTls(where);
  opened.push(server, { close: () => client.destroy() });
  await once(client, 'secureConnect');
  return { server, client };
}

async function textOf(stream: Readable): Promise<string> {
  return Buffer.concat((await stream.toArray()) as Buffer[]).toString();
}

describe.skipIf(tls === undefined)('the relay', () => {
  test('tells of the client, and passes on what each side says until both have ended', async () => {
    const heard = Promise.withResolvers<object>();
    const door = await begin((socket, read) => {
      const { remoteAddress, localAddress, localPort } = socket;
      const { encrypted } = socket as TLSSocket;
      const version = (socket as TLSSocket).getProtocol();
      heard.resolve({ remoteAddress, localAddress, localPort, encrypted, version });
      socket.unshift(read);
      void textOf(socket).then((text) => socket.end(`heard ${text}`));
    });
    const { server, client } = await worker(door);
    client.write('first ');
    const { port } = server.address() as { port: number };
    const addresses = { remoteAddress: '127.0.0.7', localAddress: HOST, localPort: port };
    expect(await heard.promise).toEqual({ ...addresses, encrypted: true, version: 'TLSv1.3' });
    client.end('last');
    // What is answered after the client has said all it has to say still comes.
    expect(await textOf(client)).toBe('heard first last');
  });

  test('whoever does not know the secret is not heard, whatever he says of his address', async () => {
    let heard = 0;
    const door = await begin(() => (heard += 1));
    const facts = Buffer.from(JSON.stringify({ remoteAddress: '10.0.0.1' }));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(facts.length);
    for (const secret of [Buffer.alloc(32), Buffer.from(door.way.secret).fill(0, 31), Buffer.alloc(500)]) {
      const socket = connect(door.way.path).on('error', () => undefined);
      socket.end(Buffer.concat([secret, length, facts, Buffer.from('GET / HTTP/1.1\r\n\r\n')]));
      await once(socket.resume(), 'close');
    }
    expect(heard).toBe(0);
  });

  test('a directory whose sockets the system cannot name is refused by its name', async () => {
    const deep = join(tmpdir(), 'd'.repeat(120));
    await expect(RelayDoor.open(deep, () => undefined)).rejects.toThrow(
      /^Workers can't be reached at .*TMPDIR/,
    );
  });

  test('a client that does not read holds up whoever answers it, and gets everything in the end', async () => {
    const total = 64 * 1024 * 1024;
    const chunk = Buffer.alloc(64 * 1024, 'x');
    let produced = 0;
    const door = await begin((socket) => {
      const source = function* (): Generator<Buffer> {
        for (; produced < total; produced += chunk.length) yield chunk;
      };
      Readable.from(source()).pipe(socket);
    });
    const { client } = await worker(door);
    client.pause();
    client.write('go');
    // Until nothing has been taken for many turns.
    for (let last = -1, still = 0; still < 2000; still = produced === last && produced > 0 ? still + 1 : 0) {
      last = produced;
      await new Promise((resolve) => setImmediate(resolve));
    }
    // What the kernel and the streams between hold.
    expect(produced).toBeLessThan(total / 2);
    let bytes = 0;
    for await (const part of client) bytes += (part as Buffer).length;
    expect(bytes).toBe(total);
  });

  test('the end of either side is the end of the other', async () => {
    const accepted: Socket[] = [];
    const door = await begin((socket) => accepted.push(socket.resume()));
    const { client } = await worker(door);
    client.write('a');
    const second = (await worker(door)).client;
    second.write('b');
    while (accepted.length < 2) await new Promise((resolve) => setImmediate(resolve));
    const ended = once(accepted[0] ?? client, 'end');
    client.destroy();
    accepted[1]?.destroy();
    await once(second.resume(), 'close');
    expect(await ended).toEqual([]);
  });
});
