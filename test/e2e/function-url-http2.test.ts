import { once } from 'node:events';
import { type ClientHttp2Session, connect, type IncomingHttpHeaders } from 'node:http2';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Certificate, selfSigned } from '../support/certificates.ts';
import { available, run } from '../support/commands.ts';
import { createUrl, openToAll } from '../support/function-urls.ts';
import { deploy } from '../support/functions.ts';
import { startServer, temporaryDirectory, type TestServer } from '../support/server.ts';

const BUFFERED = `exports.handler = async (event) => {
  const asked = event.headers['x-answer'];
  return asked === undefined ? event : JSON.parse(asked);
};`;
const STREAMING = `exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  const { head, error } = event.queryStringParameters ?? {};
  if (head) stream = awslambda.HttpResponseStream.from(stream, JSON.parse(head));
  stream.write('first;');
  if (error) throw new Error('no');
  stream.end('last');
});`;

const hasOpenssl = available('openssl', 'version');
const LISTENERS = ['in the clear', ...(hasOpenssl ? ['over TLS'] : [])];

interface Answer {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

describe.each(LISTENERS)('by HTTP/2 %s', (listener) => {
  const isSecure = listener === 'over TLS';
  let folder: Awaited<ReturnType<typeof temporaryDirectory>>;
  let certificate: Certificate | undefined;
  let server: TestServer;
  let session: ClientHttp2Session;
  let buffered: string;
  let streaming: string;

  beforeAll(async () => {
    folder = await temporaryDirectory();
    certificate = isSecure ? selfSigned(folder.path) : undefined;
    server = await startServer(certificate === undefined ? {} : { tls: certificate });
    buffered = await opened(server.lambda, 'buffered', BUFFERED);
    streaming = await opened(server.lambda, 'streaming', STREAMING);
    session = connect(server.endpoint, { ca: certificate?.ca });
    session.on('error', () => undefined);
  });

  afterAll(async () => {
    session.close();
    expect(await server.stop()).toBe(0);
    await folder.remove();
  });

  async function opened(lambda: LambdaClient, name: string, code: string): Promise<string> {
    await deploy(lambda, name, { 'index.js': code });
    await openToAll(lambda, name);
    const { FunctionUrl = '' } = await createUrl(lambda, {
      FunctionName: name,
      InvokeMode: name === 'streaming' ? 'RESPONSE_STREAM' : 'BUFFERED',
      Cors: { AllowOrigins: ['*'], AllowCredentials: true },
    });
    return FunctionUrl;
  }

  /** Rejects when the stream is reset. */
  async function ask(url: string, headers: Record<string, string> = {}, body?: string): Promise<Answer> {
    const stream = session.request({ ':authority': new URL(url).host, ':path': '/', ...headers });
    const answered = once(stream, 'response') as Promise<[IncomingHttpHeaders]>;
    stream.end(body);
    const [found] = await answered;
    return { headers: found, body: Buffer.concat((await stream.toArray()) as Buffer[]).toString() };
  }
  const answering = (result: unknown): Record<string, string> => ({ 'x-answer': JSON.stringify(result) });

  test('a request is an event like any other', async () => {
    const headers = {
      ':method': 'POST',
      ':path': '/a%20b?c=d',
      'content-type': 'text/plain',
      cookie: 'e=f; g=h',
    };
    const forged = { 'x-amzn-tls-version': 'SSLv3', 'x-amzn-tls-cipher-suite': 'NULL' };
    const { body } = await ask(buffered, { ...headers, ...forged }, 'text');
    const event = JSON.parse(body) as { headers: Record<string, string> };
    expect(event).toMatchObject({
      rawPath: '/a%20b',
      rawQueryString: 'c=d',
      cookies: ['e=f', 'g=h'],
      requestContext: { http: { method: 'POST', protocol: 'HTTP/2.0' } },
      headers: {
        host: new URL(buffered).host,
        'x-forwarded-proto': isSecure ? 'https' : 'http',
        'x-forwarded-port': new URL(buffered).port,
      },
      body: 'text',
    });
    // What encrypts the connection is told, and nobody else may say it.
    expect(event.headers['x-amzn-tls-version']).toBe(isSecure ? 'TLSv1.3' : undefined);
    const cipher = event.headers['x-amzn-tls-cipher-suite'];
    if (isSecure) expect(cipher).toMatch(/^TLS_/);
    else expect(cipher).toBeUndefined();
  });

  test('many requests share a connection', async () => {
    const asked = Array.from(
      { length: 20 },
      async (_, each) => await ask(buffered, answering(`answer ${each}`)),
    );
    const bodies = (await Promise.all(asked)).map(({ body }) => body);
    expect(bodies).toEqual(Array.from({ length: 20 }, (_, each) => `answer ${each}`));
  });

  test('headers that HTTP/2 has once, or not at all, do no harm', async () => {
    const headers = {
      'Content-Type': 'a/b',
      'content-type': 'c/d',
      'access-control-allow-credentials': 'true',
      te: 'gzip',
      trailer: 'x',
      'http2-settings': 'x',
      'proxy-connection': 'x',
    };
    const origin = { origin: 'https://page.example' };
    const answer = await ask(buffered, { ...origin, ...answering({ statusCode: 201, headers }) });
    expect(answer.headers).toMatchObject({
      ':status': 201,
      'content-type': 'c/d',
      'access-control-allow-credentials': 'true',
      'access-control-allow-origin': 'https://page.example',
    });
  });

  test.each([204, 205, 304])('a %i has no body', async (statusCode) => {
    const answer = await ask(buffered, answering({ statusCode, body: 'none of it' }));
    expect(answer).toMatchObject({ headers: { ':status': statusCode }, body: '' });
    const head = encodeURIComponent(JSON.stringify({ statusCode }));
    const streamed = await ask(streaming, { ':path': `/?head=${head}` });
    expect(streamed).toMatchObject({ headers: { ':status': statusCode }, body: '' });
  });

  test('HEAD has no body either', async () => {
    const answer = await ask(buffered, { ':method': 'HEAD', ...answering('hello') });
    expect(answer).toMatchObject({ headers: { ':status': 200, 'content-length': '5' }, body: '' });
    expect(await ask(streaming, { ':method': 'HEAD' })).toMatchObject({
      headers: { ':status': 200 },
      body: '',
    });
  });

  test('a function streams, and a failure midway resets its stream alone', async () => {
    expect(await ask(streaming)).toMatchObject({ headers: { ':status': 200 }, body: 'first;last' });
    await expect(ask(streaming, { ':path': '/?error=1' })).rejects.toThrow('NGHTTP2_INTERNAL_ERROR');
    expect(await ask(streaming)).toMatchObject({ body: 'first;last' });
  });

  test('a client that sends more than it said, which ends its connection, is nobody’s failure', async () => {
    const liar = connect(server.endpoint, { ca: certificate?.ca });
    liar.on('error', () => undefined);
    const { host } = new URL(buffered);
    const head = { ':authority': host, ':path': '/', ':method': 'POST', 'content-length': '3' };
    const stream = liar.request(head);
    stream.on('error', () => undefined);
    stream.end('more than that');
    await new Promise((resolve) => liar.once('close', resolve));
    expect((await ask(buffered)).headers).toMatchObject({ ':status': 200 });
    expect(server.output()).not.toContain('A function URL failed');
  });

  test('a tunnel is refused, and WebSockets are not offered', async () => {
    const tunnel = session.request({ ':method': 'CONNECT', ':authority': new URL(buffered).host });
    const [headers] = (await once(tunnel, 'response')) as [IncomingHttpHeaders];
    tunnel.close();
    expect(headers[':status']).toBe(405);
    expect(session.remoteSettings.enableConnectProtocol ?? false).toBe(false);
  });

  test.skipIf(!available('curl', '--version'))('curl speaks it', async () => {
    const { hostname, port } = new URL(buffered);
    const trust =
      certificate === undefined ? ['--http2-prior-knowledge'] : ['--http2', '--cacert', certificate.cert];
    const resolve = ['--resolve', `${hostname}:${port}:127.0.0.1`];
    const { stdout } = await run('curl', ['-s', '--max-time', '30', ...trust, ...resolve, buffered]);
    expect(JSON.parse(stdout)).toMatchObject({ requestContext: { http: { protocol: 'HTTP/2.0' } } });
  });
});
