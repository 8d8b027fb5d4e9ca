import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { connectLoopback } from '../../sandbox/connect-loopback.ts';
import { HttpDestination } from './http-destination.ts';
import { TcpDestination } from './tcp-destination.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function listen(server: Server | HttpServer): Promise<number> {
  closers.push(() => server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

async function http(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createHttpServer(answer);
  let connections = 0;
  server.on('connection', () => (connections += 1));
  const port = await listen(server);
  const wanted = { protocol: 'HTTP', port, path: '/events', method: 'POST' } as const;
  const destination = new HttpDestination(wanted, connectLoopback);
  closers.push(() => destination.close());
  return { destination, port, connections: () => connections };
}

describe('over HTTP', () => {
  test('a batch is a JSON array; all of them take one connection', async () => {
    const seen: unknown[] = [];
    const { destination, port, connections } = await http((request, response) => {
      void text(request).then((body) => {
        const { method, url, headers } = request;
        seen.push([method, url, headers.host, headers['content-type'], JSON.parse(body)]);
        return response.end('thanks');
      });
    });
    await destination.send(['{"a":1}', '{"b":2}']);
    await destination.send(['"ü"']);
    const head = ['POST', '/events', `sandbox.localdomain:${port}`, 'application/json'];
    expect(seen).toEqual([
      [...head, [{ a: 1 }, { b: 2 }]],
      [...head, ['ü']],
    ]);
    expect(connections()).toBe(1);
  });

  test.each([302, 404, 500])('an answer of %d is a refusal', async (status) => {
    const { destination } = await http((_request, response) => void response.writeHead(status).end());
    await expect(destination.send(['1'])).rejects.toThrow(String(status));
  });

  test('nobody there, and a connection that breaks, are refusals', async () => {
    const wanted = { protocol: 'HTTP', port: 1, path: '/', method: 'POST' } as const;
    const nobody = new HttpDestination(wanted, () => Promise.reject(new Error('nobody')));
    await expect(nobody.send(['1'])).rejects.toThrow('nobody');
    const { destination } = await http((request) => request.destroy());
    await expect(destination.send(['1'])).rejects.toThrow('socket hang up');
  });

  test('an answer without end is cut off', async () => {
    const ended = Promise.withResolvers<void>();
    const { destination } = await http((_request, response) => {
      response.once('close', ended.resolve);
      const fill = (): void => {
        if (!response.destroyed) response.write('x'.repeat(16_384), fill);
      };
      fill();
    });
    await destination.send(['1']);
    await ended.promise;
  });
});

describe('over TCP', () => {
  async function tcp(onSocket: (socket: Socket) => void) {
    const destination = new TcpDestination(await listen(createServer(onSocket)), connectLoopback);
    closers.push(() => destination.close());
    return destination;
  }

  test('each event is a line', async () => {
    let received = '';
    const destination = await tcp((socket) => socket.on('data', (chunk) => (received += chunk.toString())));
    await destination.send(['{"a":1}', '{"b":2}']);
    await destination.send(['{"c":3}']);
    await vi.waitFor(() => expect(received).toBe('{"a":1}\n{"b":2}\n{"c":3}\n'), 25_000);
  });

  test('a listener that hung up is called again', async () => {
    const sockets: Socket[] = [];
    let received = '';
    const destination = await tcp((socket) => {
      sockets.push(socket);
      socket.on('data', (chunk) => (received += chunk.toString()));
    });
    await destination.send(['1']);
    await vi.waitFor(() => expect(received).toBe('1\n'), 25_000);
    sockets[0]?.destroy();
    await vi.waitFor(async () => {
      await destination.send(['2']);
      expect(sockets).toHaveLength(2);
    }, 25_000);
  });
});
