import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChromium, openPage } from '../support/chromium.ts';
import { createUrl, openToAll } from '../support/function-urls.ts';
import { deploy } from '../support/functions.ts';
import { openGate, UNTIL_OPEN } from '../support/overlap.ts';
import { startServer, type TestServer } from '../support/server.ts';

const chromium = findChromium();
const HEARD = 'heard';

/** Writes no more before the page has told of its first line. */
const STREAMING = `${UNTIL_OPEN}
exports.handler = awslambda.streamifyResponse(async (event, stream, context) => {
  const headers = { 'content-type': 'text/plain', 'x-told': 'told', 'x-kept': 'kept' };
  stream = awslambda.HttpResponseStream.from(stream, { statusCode: 200, headers });
  stream.write('hello ' + JSON.parse(event.body).name + '\\n');
  await untilOpen('${HEARD}', context.invokedFunctionArn);
  stream.end('end');
});`;

/** Reads a stream of another origin and reports to its own: the first part when it comes, and in the end everything. */
const page = (url: string): string => `<!doctype html><script type="module">
const report = (path, said) => fetch(path, { method: 'POST', body: JSON.stringify(said) });
try {
  const response = await fetch(${JSON.stringify(url)}, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-page': 'one' },
    body: JSON.stringify({ name: 'page' }),
  });
  const told = response.headers.get('x-told');
  const kept = response.headers.get('x-kept');
  let text = '';
  for await (const part of response.body.pipeThrough(new TextDecoderStream())) {
    if (text === '') await report('/first', part);
    text += part;
  }
  await report('/end', { status: response.status, told, kept, text });
} catch (error) {
  await report('/end', { refused: error.name });
}
</script>`;

describe.skipIf(chromium === undefined)('a page in a browser', { timeout: 90_000 }, () => {
  let server: TestServer;
  let site: Server;
  let origin: string;
  let shown = '';
  let reports = new Map<string, unknown>();
  let onReport: (path: string) => void = () => undefined;

  beforeAll(async () => {
    server = await startServer();
    site = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        response.setHeader('content-type', 'text/html');
        response.end(request.method === 'GET' ? shown : undefined);
        if (request.method !== 'POST') return;
        const { url = '' } = request;
        reports.set(url, JSON.parse(String(Buffer.concat(chunks))));
        onReport(url);
      });
    });
    site.listen(0, '127.0.0.1');
    await once(site, 'listening');
    origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  });

  afterAll(async () => {
    site.close();
    site.closeAllConnections();
    await server.stop();
  });

  /** What the page reported, once it is done. */
  async function visit(name: string, allowed: string): Promise<Map<string, unknown>> {
    await deploy(server.lambda, name, { 'index.js': STREAMING }, { Timeout: 60 });
    await openToAll(server.lambda, name);
    const { FunctionUrl = '', FunctionArn = '' } = await createUrl(server.lambda, {
      FunctionName: name,
      InvokeMode: 'RESPONSE_STREAM',
      Cors: {
        AllowOrigins: [allowed],
        AllowMethods: ['POST'],
        AllowHeaders: ['content-type', 'x-page'],
        ExposeHeaders: ['x-told'],
      },
    });
    shown = page(FunctionUrl);
    reports = new Map();
    const first = Promise.withResolvers<void>();
    const end = Promise.withResolvers<void>();
    onReport = (path) => (path === '/first' ? first : end).resolve();
    const browser = await openPage(chromium ?? '', origin);
    await Promise.race([first.promise, end.promise]);
    await openGate(server, FunctionArn, HEARD);
    await end.promise;
    await browser.close();
    return reports;
  }

  test('reads what a function of another origin writes, while it writes', async () => {
    const seen = await visit('read', origin);
    expect(seen.get('/first')).toBe('hello page\n');
    expect(seen.get('/end')).toEqual({
      status: 200,
      told: 'told',
      // Not exposed.
      kept: null,
      text: 'hello page\nend',
    });
  });

  test('of an origin that is not allowed gets nothing', async () => {
    const seen = await visit('closed', 'https://other.example');
    expect(seen.get('/end')).toEqual({ refused: 'TypeError' });
    expect(seen.has('/first')).toBe(false);
  });
});
