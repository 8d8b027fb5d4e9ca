import { once } from 'node:events';
import { connect as http2Connect } from 'node:http2';
import { connect } from 'node:net';
import { Worker } from 'node:worker_threads';
import { describe, expect, test, vi } from 'vitest';
import { Listener } from './listener.ts';
import { closeAllAfterEach, countBody, HOST, http2Post, opened, start } from './testing/listener-fixture.ts';

closeAllAfterEach();

/**
 * Sends as many requests as it is told one after the other, then another one when it is let, and says what it got. The
 * first number is how far it has come: 1 when those before are answered, 2 when the last is sent.
 */
const CLIENT = `
const { workerData: { shared, host, port, before }, parentPort } = require('node:worker_threads');
const socket = require('node:net').connect(port, host);
const request = 'GET / HTTP/1.1\\r\\nHost: h\\r\\n\\r\\n';
const reach = (step) => { Atomics.store(shared, 0, step); Atomics.notify(shared, 0); };
let said = '';
const last = () => {
  Atomics.wait(shared, 1, 0);
  socket.write(request, () => reach(2));
};
socket.on('connect', () => { if (before > 0) socket.write(request); else last(); });
socket.on('data', (chunk) => {
  said += chunk;
  if (Atomics.load(shared, 0) === 0) { reach(1); setImmediate(last); }
});
socket.on('error', (error) => { said += error; });
socket.on('close', () => parentPort.postMessage(said));`;

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

  test.each([0, 1])(
    'a request that came before is served, on a connection that had %i before',
    async (before) => {
      const { listener, port } = await start();
      const shared = new Int32Array(new SharedArrayBuffer(8));
      const client = new Worker(CLIENT, { eval: true, workerData: { shared, host: HOST, port, before } });
      const said = once(client, 'message');
      if (before > 0) await vi.waitFor(() => expect(Atomics.load(shared, 0)).toBe(1), 25_000);
      Atomics.store(shared, 1, 1);
      Atomics.notify(shared, 1);
      // Nothing is accepted or read meanwhile.
      while (Atomics.load(shared, 0) < 2) Atomics.wait(shared, 0, Atomics.load(shared, 0), 1000);
      await listener.close(60_000);
      const [answers] = (await said) as [string];
      expect(answers.match(/HTTP\/1\.1 200/g)).toHaveLength(before + 1);
      expect(answers.match(/^connection: close/gim)).toHaveLength(1);
    },
  );

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
    await vi.waitFor(async () => {
      const late = connect(port, HOST);
      await expect(once(late, 'connect').finally(() => late.destroy())).rejects.toThrow('ECONNREFUSED');
    }, 25_000);
    for (const answer of waiting) answer();
    expect((await http1).status).toBe(200);
    expect((await http2).status).toBe(200);
    await closed;
  });

  test('half a head is waited for no longer than at any other time', async () => {
    const { listener, port } = await start({ headersTimeoutMs: 500 });
    const slow = connect(port, HOST);
    await new Promise((written) => slow.write('GET / HTTP/1.1\r\nHost: h\r\n', written));
    const told = once(slow, 'data');
    await listener.close(600_000);
    expect(String(await told)).toMatch(/^HTTP\/1\.1 408 /);
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
