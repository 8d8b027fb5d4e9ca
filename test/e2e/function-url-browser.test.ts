import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChromium, openPage } from '../support/chromium.ts';
import { createUrl, openToAll } from '../support/function-urls.ts';
import { deploy } from '../support/functions.ts';
import { startServer, type TestServer } from '../support/server.ts';

const chromium = findChromium();
const LASTS_MS = 6000;

/** Its last line says when it wrote that. */
const STREAMING = `exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  const headers = { 'content-type': 'text/plain', 'x-told': 'told', 'x-kept': 'kept' };
  stream = awslambda.HttpResponseStream.from(stream, { statusCode: 200, headers });
  stream.write('hello ' + JSON.parse(event.body).name + '\\n');
  for (let ms = 0; ms < ${LASTS_MS}; ms += 200) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    stream.write('.\\n');
  }
  stream.end(String(Date.now()));
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

interface Report {
  readonly atMs: number;
  readonly said: unknown;
}

describe.skipIf(chromium === undefined)('a page in a browser', { timeout: 90_000 }, () => {
  let server: TestServer;
  let site: Server;
  let origin: string;
  let shown = '';
  let reports = new Map<string, Report>();
  let onEnd: () => void = () => undefined;

  beforeAll(async () => {
    server = await startServer();
    site = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        response.setHeader('content-type', 'text/html');
        response.end(request.method === 'GET' ? shown : undefined);
        if (request.method !== 'POST') return;
        reports.set(request.url ?? '', { atMs: Date.now(), said: JSON.parse(String(Buffer.concat(chunks))) });
        if (request.url === '/end') onEnd();
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
  async function visit(name: string, allowed: string): Promise<Map<string, Report>> {
    await deploy(server.lambda, name, { 'index.js': STREAMING }, { Timeout: 60 });
    await openToAll(server.lambda, name);
    const { FunctionUrl = '' } = await createUrl(server.lambda, {
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
    const ended = new Promise<void>((resolve) => {
      onEnd = resolve;
    });
    const browser = await openPage(chromium ?? '', origin);
    await ended;
    await browser.close();
    return reports;
  }

  test('reads what a function of another origin writes, while it writes', async () => {
    const seen = await visit('read', origin);
    const { said } = seen.get('/end') ?? {};
    expect(said).toMatchObject({
      status: 200,
      told: 'told',
      // Not exposed.
      kept: null,
      text: expect.stringMatching(/^hello page\n(\.\n)+\d+$/),
    });
    const endedAtMs = Number((said as { text: string }).text.split('\n').at(-1));
    expect(seen.get('/first')?.said).toMatch(/^hello page\n/);
    expect(seen.get('/first')?.atMs).toBeLessThan(endedAtMs);
  });

  test('of an origin that is not allowed gets nothing', async () => {
    const seen = await visit('closed', 'https://other.example');
    expect(seen.get('/end')?.said).toEqual({ refused: 'TypeError' });
    expect(seen.has('/first')).toBe(false);
  });
});
