import type { IncomingMessage } from 'node:http';
import { connect as http2Connect } from 'node:http2';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { tls } from './testing/certificate.ts';
import { closeAllAfterEach, HOST, http2Post, start } from './testing/listener-fixture.ts';

closeAllAfterEach();

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
