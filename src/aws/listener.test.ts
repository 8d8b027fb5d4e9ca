import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect as http2Connect } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { inviteBody } from './body-invitation.ts';
import type { RequestListener } from './listener-options.ts';
import { closeAllAfterEach, HOST, http2Post, start } from './testing/listener-fixture.ts';

closeAllAfterEach();

/** Answers with what it got, once the body is there. */
const echo: RequestListener = (req, res) => {
  inviteBody(req);
  const parts: Buffer[] = [];
  req.on('data', (part: Buffer) => parts.push(part));
  req.on('end', () => {
    const { method, url, httpVersion } = req;
    res.setHeader('content-type', 'application/json');
    res.end(JSON.stringify({ method, url, httpVersion, body: Buffer.concat(parts).toString() }));
  });
};

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

test('no more connections than it may have are served; when one ends, another is', async () => {
  let refused = 0;
  const { port } = await start({ mostConnections: 2, onFull: () => (refused += 1) });
  const ask = async (socket: Socket): Promise<string> => {
    socket.on('error', () => undefined);
    const told = Promise.race([
      once(socket, 'data').then(String),
      once(socket, 'close').then(() => 'closed'),
    ]);
    socket.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
    return (await told.catch(() => 'closed')).split('\r\n')[0] ?? '';
  };
  const sockets = [connect(port, HOST), connect(port, HOST)] as const;
  for (const socket of sockets) expect(await ask(socket)).toBe('HTTP/1.1 200 OK');
  expect(await ask(connect(port, HOST))).toBe('closed');
  expect(refused).toBe(1);
  sockets[0].destroy();
  await expect.poll(async () => await ask(connect(port, HOST))).toBe('HTTP/1.1 200 OK');
  sockets[1].destroy();
});

describe('listener in the clear', () => {
  test('HTTP/1.1 by fetch, with a body of megabytes', async () => {
    const { port } = await start({ onRequest: echo });
    const body = 'x'.repeat(3_000_000);
    const response = await fetch(`http://${HOST}:${port}/a%2Fb?c=d`, { method: 'PUT', body });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ method: 'PUT', url: '/a%2Fb?c=d', httpVersion: '1.1', body });
  });

  test('HTTP/2 with prior knowledge, on the same port, many streams at once', async () => {
    const { port } = await start({ onRequest: echo });
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
    const { port } = await start({ onRequest: echo });
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
    const { port } = await start({ onRequest: echo });
    const get = (path: string, more = ''): string => `GET ${path} HTTP/1.1\r\nHost: h\r\n${more}\r\n`;
    const text = await exchange(port, get('/1') + get('/2'), get('/3', 'Connection: close\r\n'));
    expect([...text.matchAll(/"url":"(\/\d)"/g)].map((match) => match[1])).toEqual(['/1', '/2', '/3']);
  });

  test('a method that begins like the preface is HTTP/1.1', async () => {
    const { port } = await start({ onRequest: echo });
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
    const { port } = await start({ onRequest: echo });
    expect(await exchange(port, bytes)).toContain(`HTTP/1.1 ${status}`);
  });

  test('headers up to the limit pass, beyond it they get 431', async () => {
    const { port } = await start({ onRequest: echo, maxHeaderBytes: 32 * 1024 });
    const request = (size: number): string =>
      `GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nX-Long: ${'x'.repeat(size)}\r\n\r\n`;
    expect(await exchange(port, request(30 * 1024))).toMatch(/^HTTP\/1\.1 200/);
    expect(await exchange(port, request(33 * 1024))).toMatch(/^HTTP\/1\.1 431/);
  });

  test('by default half a megabyte of headers passes in both protocols', async () => {
    const { port } = await start({ onRequest: echo });
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
    const { port } = await start({ onRequest: echo });
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
    const { port } = await start({ onRequest: echo, headersTimeoutMs: 200 });
    const [silent, partial, half] = await Promise.all([
      exchange(port),
      exchange(port, 'PR'),
      exchange(port, 'GET / HTTP/1.1\r\nHost: h\r\nX-Slow: '),
    ]);
    expect([silent, partial]).toEqual(['', '']);
    expect(half).toMatch(/^HTTP\/1\.1 408/);
  });

  test('a body that never ends is dropped', async () => {
    const { port } = await start({ onRequest: echo, headersTimeoutMs: 200, requestTimeoutMs: 300 });
    const text = await exchange(port, 'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nab');
    expect(text).toMatch(/^HTTP\/1\.1 408/);
  });

  test('peers that reset or end at once do no harm', async () => {
    const { port } = await start({ onRequest: echo });
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
