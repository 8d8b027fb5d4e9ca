import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { connectLoopback } from './connect-loopback.ts';

test('connects to what listens on loopback, and says at once that nothing does', async () => {
  const server = createServer((socket) => socket.end('hello'));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  expect(await text(await connectLoopback(port))).toBe('hello');
  await new Promise((resolve) => server.close(resolve));
  await expect(connectLoopback(port)).rejects.toThrow('ECONNREFUSED');
});
