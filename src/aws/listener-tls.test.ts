import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { connect as http2Connect, type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { Listener, type ListenerOptions, type RequestListener } from './listener.ts';

const HOST = '127.0.0.1';
const open: Listener[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((listener) => listener.close(0)));
});

const echo: RequestListener = (req, res) => {
  let bytes = 0;
  req.on('data', (part: Buffer) => (bytes += part.byteLength));
  req.on('end', () => res.end(JSON.stringify({ url: req.url, httpVersion: req.httpVersion, bytes })));
};

async function start(options: Partial<ListenerOptions> = {}): Promise<{ listener: Listener; port: number }> {
  const listener = new Listener({ onRequest: echo, ...options });
  open.push(listener);
  return { listener, port: await listener.listen(0, HOST) };
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
if (tls === undefined) process.stderr.write('TLS tests skipped: no openssl here to make a certificate\n');

describe('listener over TLS', () => {
  const ca = tls?.cert ?? '';

  test.skipIf(tls === undefined)('https speaks HTTP/1.1', async () => {
    const { port } = await start({ tls });
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      httpsRequest({ host: HOST, port, ca, path: '/s' }, resolve).on('error', reject).end();
    });
    let text = '';
    for await (const part of response.setEncoding('utf8')) text += String(part);
    expect(JSON.parse(text)).toMatchObject({ url: '/s', httpVersion: '1.1' });
  });

  test.skipIf(tls === undefined)('HTTP/2 is chosen by ALPN', async () => {
    const { listener, port } = await start({ tls });
    const session = http2Connect(`https://${HOST}:${port}`, { ca });
    const answer = await http2Post(session, '/h2', 'z'.repeat(2_000_000));
    expect(session.alpnProtocol).toBe('h2');
    expect(JSON.parse(answer.body)).toMatchObject({ url: '/h2', httpVersion: '2.0' });
    await listener.close(60_000);
    expect(session.closed).toBe(true);
  });

  test.skipIf(tls === undefined)('a cleartext request and a broken handshake do no harm', async () => {
    const { port } = await start({ tls });
    const clear = connect(port, HOST);
    let received = '';
    clear.on('data', (data) => (received += data.toString('latin1')));
    clear.on('error', () => undefined);
    clear.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
    await new Promise((resolve) => clear.once('close', resolve));
    expect(received).not.toContain('200 OK');
    const session = http2Connect(`https://${HOST}:${port}`, { ca });
    expect((await http2Post(session, '/', '')).status).toBe(200);
    session.close();
  });
});
