import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect as http2Connect, type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2';
import { request as httpsRequest } from 'node:https';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Listener, type ListenerOptions, type RequestListener } from './listener.ts';

const HOST = '127.0.0.1';
const open: Listener[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((listener) => listener.close(0)));
});

/** Answers with what it got, once the body is there. */
const echo: RequestListener = (req, res) => {
  const parts: Buffer[] = [];
  req.on('data', (part: Buffer) => parts.push(part));
  req.on('end', () => {
    const { method, url, httpVersion } = req;
    res.setHeader('content-type', 'application/json');
    res.end(JSON.stringify({ method, url, httpVersion, body: Buffer.concat(parts).toString() }));
  });
};

async function start(options: Partial<ListenerOptions> = {}): Promise<{ listener: Listener; port: number }> {
  const listener = new Listener({ onRequest: echo, ...options });
  open.push(listener);
  return { listener, port: await listener.listen(0, HOST) };
}

/** Sends raw bytes and gives all that comes back until the server ends the connection. */
async function exchange(port: number, ...pieces: readonly string[]): Promise<string> {
  const socket = connect(port, HOST);
  const received = collect(socket);
  for (const piece of pieces) {
    await new Promise<void>((written) => socket.write(piece, () => written()));
    await new Promise((turn) => setImmediate(turn));
  }
  return await received;
}

function singly(text: string): string[] {
  return text.split('');
}

function collect(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    socket.setEncoding('latin1');
    socket.on('data', (data) => (text += String(data)));
    socket.on('close', () => resolve(text));
    socket.on('error', reject);
  });
}

async function http2Post(
  session: ClientHttp2Session,
  path: string,
  body: string,
  extra: IncomingHttpHeaders = {},
): Promise<{ status: number | undefined; body: string }> {
  const stream = session.request({ ':method': 'POST', ':path': path, ...extra });
  const head = once(stream, 'response') as Promise<[IncomingHttpHeaders]>;
  stream.end(body);
  let text = '';
  for await (const part of stream.setEncoding('utf8')) text += String(part);
  const [headers] = await head;
  return { status: Number(headers[':status']), body: text };
}

describe('listener in the clear', () => {
  test('HTTP/1.1 by fetch, with a body of megabytes', async () => {
    const { port } = await start();
    const body = 'x'.repeat(3_000_000);
    const response = await fetch(`http://${HOST}:${port}/a%2Fb?c=d`, { method: 'PUT', body });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ method: 'PUT', url: '/a%2Fb?c=d', httpVersion: '1.1', body });
  });

  test('HTTP/2 with prior knowledge, on the same port, many streams at once', async () => {
    const { port } = await start();
    expect((await fetch(`http://${HOST}:${port}/`)).status).toBe(200);
    const session = http2Connect(`http://${HOST}:${port}`);
    const body = 'y'.repeat(300_000);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => http2Post(session, `/${index}`, body)),
    );
    expect(answers.map((answer) => (JSON.parse(answer.body) as { url: string }).url)).toEqual(
      answers.map((_, index) => `/${index}`),
    );
    expect(JSON.parse(answers[0]?.body ?? '')).toEqual({
      method: 'POST',
      url: '/0',
      httpVersion: '2.0',
      body,
    });
    session.close();
  });

  test('first bytes in single pieces are understood in both protocols', async () => {
    const { port } = await start();
    const http1 = await exchange(port, ...singly('PUT /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n'));
    expect(http1).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    const socket = connect(port, HOST);
    const received = collect(socket);
    for (const piece of singly('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')) {
      await new Promise<void>((written) => socket.write(piece, () => written()));
      await new Promise((turn) => setImmediate(turn));
    }
    socket.end();
    // The server's preface is a SETTINGS frame: type 4 in the fourth byte.
    expect((await received).charCodeAt(3)).toBe(4);
  });

  test('requests on one connection, pipelined, are answered in order', async () => {
    const { port } = await start();
    const get = (path: string, more = ''): string => `GET ${path} HTTP/1.1\r\nHost: h\r\n${more}\r\n`;
    const text = await exchange(port, get('/1') + get('/2'), get('/3', 'Connection: close\r\n'));
    expect([...text.matchAll(/"url":"(\/\d)"/g)].map((match) => match[1])).toEqual(['/1', '/2', '/3']);
  });

  test('a method that begins like the preface is HTTP/1.1', async () => {
    const { port } = await start();
    expect(await exchange(port, 'PROPFIND / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 200 OK/,
    );
  });

  test.each([
    ['garbage', 'hello\r\n\r\n', '400 Bad Request'],
    ['no Host', 'GET / HTTP/1.1\r\n\r\n', '400 Bad Request'],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
      '400 Bad Request',
    ],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      '400 Bad Request',
    ],
    [
      'an unknown expectation',
      'GET / HTTP/1.1\r\nHost: h\r\nExpect: tea\r\nConnection: close\r\n\r\n',
      '417 ',
    ],
  ])('%s is refused', async (_, bytes, status) => {
    const { port } = await start();
    expect(await exchange(port, bytes)).toContain(`HTTP/1.1 ${status}`);
  });

  test('headers up to the limit pass, beyond it they get 431', async () => {
    const { port } = await start({ maxHeaderBytes: 32 * 1024 });
    const request = (size: number): string =>
      `GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nX-Long: ${'x'.repeat(size)}\r\n\r\n`;
    expect(await exchange(port, request(30 * 1024))).toMatch(/^HTTP\/1\.1 200/);
    expect(await exchange(port, request(33 * 1024))).toMatch(/^HTTP\/1\.1 431/);
  });

  test('by default half a megabyte of headers passes in both protocols', async () => {
    const { port } = await start();
    const headers = Object.fromEntries(
      Array.from({ length: 8 }, (_, i) => [`x-long-${i}`, 'v'.repeat(60_000)]),
    );
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      httpRequest({ host: HOST, port, headers }, resolve).on('error', reject).end();
    });
    response.resume();
    expect(response.statusCode).toBe(200);
    const session = http2Connect(`http://${HOST}:${port}`);
    // Node's HTTP/2 client itself sends no more than 64 KB.
    expect((await http2Post(session, '/', '', { 'x-long': 'v'.repeat(60_000) })).status).toBe(200);
    session.close();
  });

  test('Expect: 100-continue is answered before the body comes', async () => {
    const { port } = await start();
    const request = httpRequest({
      host: HOST,
      port,
      method: 'PUT',
      headers: { expect: '100-continue', 'content-length': 4 },
    });
    const answered = once(request, 'response') as Promise<[IncomingMessage]>;
    request.flushHeaders();
    await once(request, 'continue');
    request.end('body');
    const [response] = await answered;
    let text = '';
    for await (const part of response.setEncoding('utf8')) text += String(part);
    expect(JSON.parse(text)).toMatchObject({ body: 'body' });
  });

  test('a peer that never sends its headers is dropped, at every stage', async () => {
    const { port } = await start({ headersTimeoutMs: 200 });
    const [silent, partial, half] = await Promise.all([
      exchange(port),
      exchange(port, 'PR'),
      exchange(port, 'GET / HTTP/1.1\r\nHost: h\r\nX-Slow: '),
    ]);
    expect([silent, partial]).toEqual(['', '']);
    expect(half).toMatch(/^HTTP\/1\.1 408/);
  });

  test('a body that never ends is dropped', async () => {
    const { port } = await start({ headersTimeoutMs: 200, requestTimeoutMs: 300 });
    const text = await exchange(port, 'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nab');
    expect(text).toMatch(/^HTTP\/1\.1 408/);
  });

  test('peers that reset or end at once do no harm', async () => {
    const { port } = await start();
    for (const bytes of [
      '',
      'P',
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
      'PRI * nonsense\r\n\r\n',
      'GET / HTT',
    ]) {
      const reset = connect(port, HOST);
      await once(reset, 'connect');
      reset.write(bytes);
      await new Promise((turn) => setImmediate(turn));
      reset.resetAndDestroy();
      const ended = connect(port, HOST);
      ended.resume();
      ended.end(bytes);
      await once(ended, 'close');
    }
    expect((await fetch(`http://${HOST}:${port}/`)).status).toBe(200);
  });
});

describe('listening and closing', () => {
  test('a busy port is the system error, untouched, and the listener can try again', async () => {
    const { port } = await start();
    const second = new Listener({ onRequest: echo });
    open.push(second);
    await expect(second.listen(port, HOST)).rejects.toMatchObject({
      code: 'EADDRINUSE',
      syscall: 'listen',
      port,
    });
    expect(await second.listen(0, HOST)).toBeGreaterThan(0);
  });

  test('closing before listening, and twice, is harmless', async () => {
    await new Listener({ onRequest: echo }).close(1000);
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
    const startedMs = performance.now();
    await listener.close(60_000);
    await ended;
    expect(performance.now() - startedMs).toBeLessThan(5000);
    await expect(fetch(`http://${HOST}:${port}/`)).rejects.toThrow('fetch failed');
  });

  test('requests under way finish, in both protocols, and then close() is done', async () => {
    const waiting: (() => void)[] = [];
    const { listener, port } = await start({ onRequest: (req, res) => waiting.push(() => echo(req, res)) });
    const http1 = fetch(`http://${HOST}:${port}/one`);
    const session = http2Connect(`http://${HOST}:${port}`);
    const http2 = http2Post(session, '/two', 'x');
    await vi.waitFor(() => expect(waiting).toHaveLength(2));
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
    await vi.waitFor(() => expect(requests).toBe(2));
    const outcome = expect(http1).rejects.toThrow('fetch failed');
    await listener.close(50);
    await outcome;
    await failed;
    expect(stream.rstCode).not.toBe(0);
  });
});

function selfSigned(): { key: Buffer; cert: Buffer } | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'listener-tls-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  try {
    const args = ['req', '-x509', ...curve, '-nodes', '-keyout', key, '-out', cert, '-days', '1', ...subject];
    execFileSync('openssl', args, { stdio: 'ignore' });
    return { key: readFileSync(key), cert: readFileSync(cert) };
  } catch {
    return undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const tls = selfSigned();
const withTls = describe.skipIf(tls === undefined);
if (tls === undefined) process.stderr.write('TLS tests skipped: no openssl here to make a certificate\n');

withTls('listener over TLS', () => {
  const ca = tls?.cert ?? '';

  test('https speaks HTTP/1.1', async () => {
    const { port } = await start({ tls });
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      httpsRequest({ host: HOST, port, ca, path: '/s' }, resolve).on('error', reject).end();
    });
    let text = '';
    for await (const part of response.setEncoding('utf8')) text += String(part);
    expect(JSON.parse(text)).toMatchObject({ url: '/s', httpVersion: '1.1' });
  });

  test('HTTP/2 is chosen by ALPN', async () => {
    const { listener, port } = await start({ tls });
    const session = http2Connect(`https://${HOST}:${port}`, { ca });
    const answer = await http2Post(session, '/h2', 'z'.repeat(2_000_000));
    expect(session.alpnProtocol).toBe('h2');
    expect(JSON.parse(answer.body)).toMatchObject({ url: '/h2', httpVersion: '2.0' });
    await listener.close(60_000);
    expect(session.closed).toBe(true);
  });

  test('a cleartext request and a broken handshake do no harm', async () => {
    const { port } = await start({ tls });
    const answer = await exchange(port, 'GET / HTTP/1.1\r\nHost: h\r\n\r\n').catch(() => 'reset');
    expect(answer).not.toContain('200 OK');
    const session = http2Connect(`https://${HOST}:${port}`, { ca });
    expect((await http2Post(session, '/', '')).status).toBe(200);
    session.close();
  });
});
