import { once } from 'node:events';
import { connect as http2Connect } from 'node:http2';
import { connect } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { Listener } from './listener.ts';
import { closeAllAfterEach, countBody, HOST, http2Post, opened, start } from './testing/listener-fixture.ts';

closeAllAfterEach();

describe('listening and closing', () => {
  test('a busy port is the system error, untouched, and the listener can try again', async () => {
    const { port } = await start();
    const second = opened({ onRequest: countBody });
    await expect(second.listen(port, HOST)).rejects.toMatchObject({
      code: 'EADDRINUSE',
      syscall: 'listen',
      port,
    });
    expect(await second.listen(0, HOST)).toBeGreaterThan(0);
  });

  test('closing before listening, and twice, is harmless', async () => {
    await new Listener({ onRequest: countBody }).close(1000);
    const { listener } = await start();
    expect(await Promise.all([listener.close(10), listener.close(10)])).toEqual([undefined, undefined]);
  });

  test('idle and silent connections of both protocols are closed at once', async () => {
    const { listener, port } = await start();
    const idle = connect(port, HOST);
    idle.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
    await once(idle, 'data');
    const silent = connect(port, HOST);
    await once(silent, 'connect');
    const session = http2Connect(`http://${HOST}:${port}`);
    await http2Post(session, '/', '');
    const ended = Promise.all([
      once(idle.resume(), 'close'),
      once(silent.resume(), 'close'),
      once(session, 'close'),
    ]);
    // Were it to wait for any of them, it would wait for so long.
    await listener.close(3_600_000);
    await ended;
    await expect(fetch(`http://${HOST}:${port}/`)).rejects.toThrow('fetch failed');
  });

  test('requests under way finish, in both protocols, and then close() is done', async () => {
    const waiting: (() => void)[] = [];
    const { listener, port } = await start({
      onRequest: (req, res) => waiting.push(() => countBody(req, res)),
    });
    const http1 = fetch(`http://${HOST}:${port}/one`);
    const session = http2Connect(`http://${HOST}:${port}`);
    const http2 = http2Post(session, '/two', 'x');
    await vi.waitFor(() => expect(waiting).toHaveLength(2), 25_000);
    const closed = listener.close(60_000);
    await expect(fetch(`http://${HOST}:${port}/`)).rejects.toThrow('fetch failed');
    for (const answer of waiting) answer();
    expect((await http1).status).toBe(200);
    expect((await http2).status).toBe(200);
    await closed;
  });

  test('what has not finished when grace is over is cut', async () => {
    let requests = 0;
    const { listener, port } = await start({ onRequest: () => (requests += 1) });
    const http1 = fetch(`http://${HOST}:${port}/`);
    const session = http2Connect(`http://${HOST}:${port}`);
    session.on('error', () => undefined);
    const stream = session.request({ ':path': '/' });
    const failed = once(stream, 'close');
    stream.on('error', () => undefined);
    await vi.waitFor(() => expect(requests).toBe(2), 25_000);
    const outcome = expect(http1).rejects.toThrow('fetch failed');
    await listener.close(50);
    await outcome;
    await failed;
    expect(stream.rstCode).not.toBe(0);
  });
});
