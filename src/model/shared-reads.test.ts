import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { readToShared } from './shared-reads.ts';

const servers: { close(): unknown }[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** Both ends of a connection: its client's, and the one that was accepted. */
async function pair(): Promise<{ readonly client: Socket; readonly accepted: Socket }> {
  const server = createServer().listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const accepting = once(server, 'connection') as Promise<[Socket]>;
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  servers.push({ close: () => client.destroy() });
  const [accepted] = await accepting;
  return { client, accepted };
}

test('connections are read into the same memory, which whoever takes it sees at once', async () => {
  const memories: Buffer[] = [];
  const texts: string[] = [];
  for (const text of ['of one', 'of another']) {
    const { client, accepted } = await pair();
    readToShared(accepted, (memory, count) => {
      memories.push(memory);
      texts.push(memory.toString('latin1', 0, count));
      return true;
    });
    accepted.resume();
    client.write(text);
    await vi.waitFor(() => expect(texts).toContain(text), 25_000);
  }
  expect(texts).toEqual(['of one', 'of another']);
  expect(memories[1]).toBe(memories[0]);
});

test('what nobody takes comes by the stream, and stays what it was while others are read', async () => {
  const kept: Buffer[] = [];
  for (const text of ['first', 'other']) {
    const { client, accepted } = await pair();
    readToShared(accepted, () => false);
    accepted.on('data', (bytes: Buffer) => kept.push(bytes));
    client.write(text);
    await vi.waitFor(() => expect(kept.at(-1)?.toString()).toBe(text), 25_000);
  }
  expect(kept.map(String)).toEqual(['first', 'other']);
});

test('what is read before anybody listens waits in the stream', async () => {
  const { client, accepted } = await pair();
  const take = vi.fn<() => boolean>(() => true);
  readToShared(accepted, take);
  client.end('patience');
  await vi.waitFor(() => expect(accepted.readableLength).toBe(8), 25_000);
  expect(take).not.toHaveBeenCalled();
  const ended = once(accepted, 'end');
  accepted.once('data', (bytes: Buffer) => expect(String(bytes)).toBe('patience'));
  accepted.resume();
  await ended;
});

test('who asks again takes what comes from then on', async () => {
  const { client, accepted } = await pair();
  const before = vi.fn<() => boolean>(() => true);
  const after = vi.fn<() => boolean>(() => true);
  readToShared(accepted, before);
  readToShared(accepted, after);
  accepted.resume();
  client.write('x');
  await vi.waitFor(() => expect(after).toHaveBeenCalledTimes(1), 25_000);
  expect(before).not.toHaveBeenCalled();
});
