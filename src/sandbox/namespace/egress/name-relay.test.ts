import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { DatagramDoor } from './datagram-door.ts';
import { answerLocalhost } from './localhost-answer.ts';
import { NameRelay, type NameServer } from './name-relay.ts';
import { parseNameServers } from './name-servers.ts';

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
});

async function bound(): Promise<Socket> {
  const socket = createSocket('udp4');
  const listening = once(socket, 'listening');
  socket.bind(0, '127.0.0.1');
  await listening;
  return socket;
}

async function client(): Promise<Socket> {
  const socket = await bound();
  sockets.push(socket);
  return socket;
}

/** A name server that answers with the query's bytes turned round. */
async function nameServer(): Promise<NameServer & { readonly asked: string[] }> {
  const socket = await client();
  const asked: string[] = [];
  socket.on('message', (bytes: Buffer, from: RemoteInfo) => {
    asked.push(bytes.toString());
    socket.send(Buffer.from(bytes).reverse(), from.port, from.address);
  });
  return { host: '127.0.0.1', port: socket.address().port, asked };
}

function door(inside: Socket, servers: () => readonly NameServer[]): DatagramDoor {
  return new DatagramDoor(inside, new NameRelay(servers), () => false);
}

async function ask(from: Socket, at: Socket, bytes: Buffer): Promise<Buffer> {
  const answered = once(from, 'message') as Promise<[Buffer]>;
  from.send(bytes, at.address().port, '127.0.0.1');
  return (await answered)[0];
}

/** A query with one question. */
function query(name: string, type = 1): Buffer {
  const labels = name.split('.').flatMap((label) => [Buffer.of(label.length), Buffer.from(label)]);
  return Buffer.concat([
    Buffer.from('abcd0100000100000000000001', 'hex').subarray(0, 12),
    ...labels,
    Buffer.of(0, 0, type, 0, 1),
  ]);
}

test('passes lookups on and answers back to who asked, by each server in turn', async () => {
  const [one, other] = [await nameServer(), await nameServer()];
  const inside = await bound();
  const relay = door(inside, () => [one, other]);
  const [first, second] = [await client(), await client()];
  expect((await ask(first, inside, Buffer.from('one'))).toString()).toBe('eno');
  expect((await ask(second, inside, Buffer.from('two'))).toString()).toBe('owt');
  expect([one.asked.length, other.asked.length]).toEqual([1, 1]);
  relay.close();
});

test('goes on after a server that is not there', async () => {
  const gone = await bound();
  const { port } = gone.address();
  gone.close();
  const working = await nameServer();
  const inside = await bound();
  const servers = [working, { host: '127.0.0.1', port }];
  const relay = door(inside, () => servers);
  const asker = await client();
  // The first goes to the second of them, which nobody answers for.
  asker.send('lost', inside.address().port, '127.0.0.1');
  expect((await ask(asker, inside, Buffer.from('one'))).toString()).toBe('eno');
  relay.close();
});

test('answers for localhost itself', () => {
  const answer = answerLocalhost(query('my-bucket.LOCALHOST')) ?? Buffer.alloc(0);
  expect(answer.subarray(0, 2).toString('hex')).toBe('abcd');
  expect(answer.readUInt16BE(2)).toBe(0x8180);
  expect([answer.readUInt16BE(4), answer.readUInt16BE(6), answer.readUInt32BE(8)]).toEqual([1, 1, 0]);
  expect(answer.subarray(-4)).toEqual(Buffer.of(127, 0, 0, 1));
  const none = answerLocalhost(query('localhost', 28)) ?? Buffer.alloc(0);
  expect(none.readUInt16BE(6)).toBe(0);
  expect(none.length).toBe(query('localhost').length);
});

test('leaves every other name to others, and what is no question', () => {
  for (const name of ['example.com', 'localhost.example.com', 'notlocalhost'])
    expect(answerLocalhost(query(name)), name).toBeUndefined();
  const whole = query('localhost');
  for (let length = 0; length < whole.length; length += 1)
    expect(answerLocalhost(whole.subarray(0, length)), `${length} bytes`).toBeUndefined();
  expect(answerLocalhost(Buffer.alloc(40, 0xff))).toBeUndefined();
});

test('knows the name servers of a resolv.conf', () => {
  const text =
    '# mine\nsearch example.com\nnameserver 127.0.0.53\n nameserver fe80::1%eth0\nnameserver nonsense\n';
  expect(parseNameServers(text)).toEqual([
    { host: '127.0.0.53', port: 53 },
    { host: 'fe80::1%eth0', port: 53 },
  ]);
  expect(parseNameServers('options edns0\n')).toEqual([{ host: '127.0.0.1', port: 53 }]);
});
