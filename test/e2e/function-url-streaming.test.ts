import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { type LambdaClient, PutFunctionConcurrencyCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createUrl, openToAll, web } from '../support/function-urls.ts';
import { deploy, eventually, invoke } from '../support/functions.ts';
import { startServer, type TestServer } from '../support/server.ts';

const STREAMING = `
const { once } = require('node:events');
exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  const query = event.queryStringParameters ?? {};
  if (query.head) stream = awslambda.HttpResponseStream.from(stream, JSON.parse(query.head));
  else if (query.type) stream.setContentType(query.type);
  if (query.only !== undefined) return void stream.end(query.only);
  stream.write('first;');
  if (query.error) throw new Error('no');
  for (let count = 0; count < Number(query.megabytes ?? 0); count += 1) {
    const time = Buffer.from(String(Date.now()).padEnd(1_000_000));
    if (!stream.write(time)) await once(stream, 'drain');
  }
  stream.end('last');
});`;
const BUFFERED = `exports.handler = async () => ({ statusCode: 201, body: 'as it is' });`;
const MEGABYTES = 64;

let server: TestServer;
let lambda: LambdaClient;
let url: string;

beforeAll(async () => {
  server = await startServer();
  ({ lambda } = server);
  url = await opened('streaming', STREAMING);
});

afterAll(async () => {
  await server.stop();
});

async function opened(
  name: string,
  code: string,
  InvokeMode: 'BUFFERED' | 'RESPONSE_STREAM' = 'RESPONSE_STREAM',
): Promise<string> {
  await deploy(lambda, name, { 'index.js': code }, { Timeout: 60 });
  await openToAll(lambda, name);
  const { FunctionUrl = '' } = await createUrl(lambda, {
    FunctionName: name,
    InvokeMode,
  });
  return FunctionUrl;
}

/** A response whose body is left to be read. */
async function open(query: string): Promise<IncomingMessage> {
  const { host, port } = new URL(url);
  const sent = request({ host: '127.0.0.1', port, path: `/?${query}`, headers: { host }, agent: false });
  sent.end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return response;
}

test('a URL that buffers takes what is streamed for a result like any other, which is JSON', async () => {
  const buffers = await opened('into-one', STREAMING, 'BUFFERED');
  expect(await web(buffers)).toMatchObject({ status: 502, body: 'Internal Server Error' });
  const described = encodeURIComponent(JSON.stringify({ statusCode: 404 }));
  expect(await web(`${buffers}?head=${described}`)).toMatchObject({ status: 502 });
  const result = encodeURIComponent(JSON.stringify({ statusCode: 404, body: 'none' }));
  expect(await web(`${buffers}?only=${result}`)).toMatchObject({ status: 404, body: 'none' });
});

describe('a URL that streams', () => {
  test('sends what the function writes, under the type it names', async () => {
    const plain = await web(url);
    expect(plain).toMatchObject({ status: 200, body: 'first;last' });
    expect(plain.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'transfer-encoding': 'chunked',
      'x-amzn-requestid': expect.any(String),
    });
    expect((await web(`${url}?type=text/plain`)).headers['content-type']).toBe('text/plain');
  });

  test('takes status, headers and cookies from the description before the body', async () => {
    const headers = { 'content-type': 'text/html', 'x-a': 'b', server: 'mine', 'content-length': '3' };
    const head = { statusCode: 418, headers, cookies: ['c=d'] };
    const answer = await web(`${url}?head=${encodeURIComponent(JSON.stringify(head))}`);
    expect(answer).toMatchObject({ status: 418, body: 'first;last' });
    expect(answer.headers).toMatchObject({ 'content-type': 'text/html', 'x-a': 'b', 'set-cookie': ['c=d'] });
    expect(answer.headers).toMatchObject({
      'x-amzn-remapped-server': 'mine',
      'x-amzn-remapped-content-length': '3',
    });
    const bad = await web(`${url}?head=${encodeURIComponent('{"statusCode":99}')}`);
    expect(bad).toMatchObject({ status: 502, body: 'Internal Server Error' });
  });

  test('has no description of what was ended without a write, as on AWS', async () => {
    const head = `head=${encodeURIComponent('{"statusCode":404,"headers":{"x-a":"b"}}')}`;
    const empty = await web(`${url}?${head}&only=`);
    expect(empty).toMatchObject({ status: 200, body: '' });
    expect(empty.headers).toMatchObject({ 'content-type': 'application/octet-stream' });
    expect(empty.headers).not.toHaveProperty('x-a');
    expect(await web(`${url}?${head}&only=text`)).toMatchObject({
      status: 502,
      body: 'Internal Server Error',
    });
  });

  test('of a type that no header can have is a bad gateway, and no failure of the platform', async () => {
    expect(await web(`${url}?type=a%0Ab`)).toMatchObject({ status: 502, body: 'Internal Server Error' });
    expect(server.output()).not.toContain('A function URL failed');
  });

  test('gives the result of a function that does not stream as it is', async () => {
    expect(await web(await opened('buffered', BUFFERED))).toMatchObject({
      status: 200,
      body: '{"statusCode":201,"body":"as it is"}',
      headers: { 'content-type': 'application/json' },
    });
  });

  test('cuts the connection where the function fails midway', async () => {
    const response = await open('error=1');
    await expect(response.toArray()).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  test('lets the function wait for a slow reader', async () => {
    const response = await open(`megabytes=${MEGABYTES}`);
    const [first] = (await once(response, 'readable').then(() => [response.read(6)])) as [Buffer];
    expect(first.toString()).toBe('first;');
    // Time in which a function that does not wait would write everything.
    await deploy(lambda, 'meanwhile', { 'index.js': BUFFERED });
    for (let count = 0; count < 10; count += 1) await invoke(lambda, 'meanwhile');
    const resumedAt = Date.now();
    const rest = Buffer.concat((await response.toArray()) as Buffer[]);
    expect(rest.length).toBe(MEGABYTES * 1_000_000 + 'last'.length);
    const lastWrite = Number(rest.subarray((MEGABYTES - 1) * 1_000_000, MEGABYTES * 1_000_000).toString());
    expect(lastWrite).toBeGreaterThanOrEqual(resumedAt);
  });

  test('is done with a reader who goes away', async () => {
    const one = { FunctionName: 'streaming', ReservedConcurrentExecutions: 1 };
    await lambda.send(new PutFunctionConcurrencyCommand(one));
    // The last reader's invocation may be over a moment later than its body.
    const response = await eventually(
      async () => await open(`megabytes=${MEGABYTES}`),
      ({ statusCode }) => statusCode === 200,
    );
    await once(response, 'readable');
    response.destroy();
    // The function runs to its end, and its one unit of concurrency is free again.
    const next = await eventually(
      async () => await web(url),
      ({ status }) => status === 200,
    );
    expect(next.body).toBe('first;last');
  });
});
