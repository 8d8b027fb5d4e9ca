import type { ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { describe, expect, test, vi } from 'vitest';
import { closeAllAfterEach, HOST, start } from './testing/listener-fixture.ts';
import { tls } from './testing/certificate.ts';

closeAllAfterEach();

const MANY = 10_000;
/** Read at once; and of HTTP/2's frames or TLS's records there are no more in it. */
const READ_BYTES = 64 * 1024;
const request = (each: number): string => `GET /${each} HTTP/1.1\r\nHost: h\r\n\r\n`;

/** All that comes, without the heads. */
function collect(socket: Socket): () => string[] {
  let text = '';
  socket.on('error', () => undefined);
  socket.setEncoding('latin1').on('data', (data) => (text += String(data)));
  return () => text.split(/HTTP\/1\.1 200 OK\r\n(?:.+\r\n)*\r\n/).slice(1);
}

describe('requests that are sent ahead', () => {
  test.each([false, true])('are begun a few at a time, and answered in order (TLS: %s)', async (isSecure) => {
    if (isSecure && tls === undefined) return;
    const begun: ServerResponse[] = [];
    const { port } = await start({
      onRequest: (_, response) => begun.push(response as ServerResponse),
      ...(isSecure && { tls }),
    });
    const where = { port, host: HOST };
    const client: Socket = isSecure ? connectTls({ ...where, ca: tls?.cert }) : connect(where);
    const said = collect(client);
    client.write(Array.from({ length: MANY }, (_, each) => request(each)).join(''));
    let before = -1;
    // Until no more are begun for many turns.
    for (let still = 0; still < 2000; still = begun.length === before && before > 0 ? still + 1 : 0) {
      before = begun.length;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(begun.length).toBeLessThan(64 + (2 * READ_BYTES) / request(0).length);
    let answered = 0;
    await vi.waitFor(
      () => {
        for (; answered < begun.length; answered += 1) begun[answered]?.end(`<${begun[answered]?.req.url}>`);
        expect(said()).toHaveLength(MANY);
      },
      { timeout: 25_000, interval: 1 },
    );
    expect(said()).toEqual(Array.from({ length: MANY }, (_, each) => `</${each}>`));
    client.destroy();
  });

  test('are all answered where each answer is more than can be written at once', async () => {
    const { port } = await start({ onRequest: (_, response) => response.end('x'.repeat(3000)) });
    const client = connect(port, HOST);
    const said = collect(client);
    client.write(Array.from({ length: 3000 }, (_, each) => request(each)).join(''));
    const last = 'x'.repeat(3000);
    await vi.waitFor(() => expect([said().length, said().at(-1) === last]).toEqual([3000, true]), {
      timeout: 25_000,
      interval: 20,
    });
    client.destroy();
  });

  test('come with their bodies, wherever they are cut', async () => {
    let waiting: (() => void)[] = [];
    const { port } = await start({
      onRequest: (incoming, response) => {
        let body = '';
        incoming.on('data', (data: Buffer) => (body += data.toString()));
        incoming.on('end', () => waiting.push(() => (response as ServerResponse).end(body)));
      },
    });
    const client = connect(port, HOST);
    const said = collect(client);
    const bodies = Array.from({ length: 2000 }, (_, each) => `${each}-${'x'.repeat(each % 300)}`);
    const text = bodies
      .map((body) => `PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
      .join('');
    for (let at = 0; at < text.length; at += 7919) client.write(text.slice(at, at + 7919));
    await vi.waitFor(
      () => {
        const now = waiting;
        waiting = [];
        for (const answer of now) answer();
        expect(said()).toHaveLength(bodies.length);
      },
      { timeout: 25_000, interval: 1 },
    );
    expect(said()).toEqual(bodies);
    client.destroy();
  });
});
