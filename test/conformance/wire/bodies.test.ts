import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RequestContext } from '../../../src/aws/service.ts';
import { claim, rawExchange, startSite } from './site.ts';
import type { Site } from './site.ts';

let site: Site;
let seen: { input: Record<string, unknown>; context: RequestContext } | undefined;

async function bytesOf(stream: unknown): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const record = (input: Record<string, unknown>, context: RequestContext): object => {
  seen = { input, context };
  return {};
};

beforeAll(async () => {
  site = await startSite([
    {
      model: 'lambda',
      operations: {
        Invoke: (input: { Payload?: Uint8Array }, context) => {
          record({ ...input }, context);
          return { StatusCode: 200, Payload: input.Payload };
        },
        CreateFunction: record,
        UpdateFunctionConfiguration: record,
      },
      uncheckedConstraints: ['CreateFunctionRequest.Role'],
    },
    {
      model: 's3',
      operations: {
        PutObject: async (input: Record<string, unknown>, context) =>
          record({ ...input, Body: await bytesOf(input['Body']) }, context),
        GetObject: (input: { Key: string }) => ({ Body: slowBody(input.Key), ContentLength: 6 }),
        DeleteObjects: record,
      },
    },
    { model: 'cloudwatch', operations: { PutMetricData: record } },
    { model: 'dynamodb', operations: { PutItem: record } },
  ]);
});
afterAll(() => site.close());
beforeEach(() => {
  seen = undefined;
});

async function* slowBody(key: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from('abc');
  await new Promise((resolve) => setImmediate(resolve));
  if (key === 'broken') throw new Error('The disk is gone.');
  yield Buffer.from('def');
}

const post = (
  path: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Response> => fetch(site.url + path, { method: 'POST', body, headers });
const INVOKE = '/2015-03-31/functions/f/invocations';

describe('sizes', () => {
  test.each([
    [INVOKE, 6_291_456, 'RequestTooLargeException', 'InvokeFunction'],
    ['/2015-03-31/functions', 70_167_211, 'RequestEntityTooLargeException', 'CreateFunction'],
  ])('%s: beyond %i bytes it is 413', async (path, limit, code, name) => {
    const response = await post(path, new Uint8Array(limit + 1));
    expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([413, code]);
    expect(await response.json()).toEqual({
      // Only the one of them that the service's model knows has it.
      ...(code === 'RequestTooLargeException' && { Type: 'User' }),
      message: `Request must be smaller than ${limit} bytes for the ${name} operation`,
    });
    expect(seen).toBeUndefined();
  });

  test('of exactly the limit are taken', async () => {
    const response = await post(INVOKE, new Uint8Array(6_291_456));
    expect((await response.arrayBuffer()).byteLength).toBe(6_291_456);
    expect(seen?.context.contentLength).toBe(6_291_456);
  });

  test('that are not declared are counted', async () => {
    const chunk = 'x'.repeat(65_536);
    const chunks = `10000\r\n${chunk}\r\n`.repeat(100);
    const answer = await rawExchange(
      site.port,
      `POST ${INVOKE} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
    expect(answer).toContain('Request must be smaller than 6291456 bytes');
  });
});

describe('payloads', () => {
  test('arrive as bytes, and go back as bytes', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, at) => at);
    const response = await post(INVOKE, bytes);
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes);
    expect(response.headers.get('content-type')).toBe('application/json');
  });

  test('an empty one is absent', async () => {
    const response = await fetch(site.url + INVOKE, { method: 'POST' });
    expect([response.status, response.headers.get('content-length')]).toEqual([200, '0']);
    expect(seen?.input).toEqual({ FunctionName: 'f' });
  });

  test('JSON that is none', async () => {
    const response = await post('/2015-03-31/functions', '{"FunctionName":');
    expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([
      400,
      'InvalidRequestContentException',
    ]);
    expect(await response.json()).toEqual({
      Type: 'User',
      message: expect.stringMatching(/^Could not parse request body into json: /) as string,
    });
    const target = {
      'x-amz-target': 'DynamoDB_20120810.PutItem',
      'content-type': 'application/x-amz-json-1.0',
    };
    const other = await post('/', 'nothing', target);
    expect([other.status, await other.json()]).toMatchObject([400, { __type: 'SerializationException' }]);
  });

  test('JSON of the wrong type', async () => {
    const response = await fetch(`${site.url}/2015-03-31/functions/f/configuration`, {
      method: 'PUT',
      body: '{"Timeout":"3"}',
    });
    expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([
      400,
      'SerializationException',
    ]);
    expect(await response.json()).toEqual({ message: 'STRING_VALUE can not be converted to an Integer' });
  });

  test('nested deeper than any stack', async () => {
    const target = {
      'x-amz-target': 'DynamoDB_20120810.PutItem',
      'content-type': 'application/x-amz-json-1.0',
    };
    const value = `${'{"L":['.repeat(100_000)}{"S":"x"}${']}'.repeat(100_000)}`;
    const response = await post('/', `{"TableName":"ttt","Item":{"k":${value}}}`, target);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ message: 'The request is nested too deeply' });
    expect(site.problems).toEqual([]);
  });

  test('XML', async () => {
    const xml =
      '<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Object><Key>a&amp;b</Key></Object></Delete>';
    await post('/b?delete', xml, claim('s3'));
    expect(seen?.input).toEqual({ Bucket: 'b', Delete: { Objects: [{ Key: 'a&b' }] } });
    const broken = await post('/b?delete', '<Delete>', claim('s3'));
    expect(broken.status).toBe(400);
  });

  test('gzip, where AWS takes it', async () => {
    const body = gzipSync(
      'Action=PutMetricData&Version=2010-08-01&Namespace=n&MetricData.member.1.MetricName=m',
    );
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-encoding': 'gzip' };
    await post('/', body, { ...headers, ...claim('monitoring') });
    expect(seen?.input).toEqual({ Namespace: 'n', MetricData: [{ MetricName: 'm' }] });
    const broken = await post('/', 'no gzip', { ...headers, ...claim('monitoring') });
    expect(broken.status).toBe(400);
  });
});

describe('streams', () => {
  const put = (body: string, headers: Record<string, string>): Promise<Response> =>
    fetch(`${site.url}/b/k`, { method: 'PUT', body, headers: { ...claim('s3'), ...headers } });

  test('a request body streams to its handler', async () => {
    await put('content', { 'content-encoding': 'br' });
    expect(seen?.input).toMatchObject({ Body: Buffer.from('content'), ContentEncoding: 'br' });
  });

  test('aws-chunked framing is taken off, and is no encoding of the content', async () => {
    const framed = '3;chunk-signature=0\r\nabc\r\n2;chunk-signature=0\r\nde\r\n0;chunk-signature=0\r\n\r\n';
    await put(framed, {
      'content-encoding': 'aws-chunked',
      'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
      'x-amz-decoded-content-length': '5',
    });
    expect(seen?.input['Body']).toEqual(Buffer.from('abcde'));
    expect(seen?.input).not.toHaveProperty('ContentEncoding');
  });

  test('broken framing is the caller’s fault', async () => {
    const response = await put('zz\r\n', { 'content-encoding': 'aws-chunked' });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('<Code>IncompleteBody</Code>');
    expect(site.problems).toEqual([]);
  });

  test('an answer streams with the length it names', async () => {
    const response = await fetch(`${site.url}/b/k`, { headers: claim('s3') });
    expect([response.headers.get('content-length'), await response.text()]).toEqual(['6', 'abcdef']);
  });

  test('an answer whose source fails is cut off and reported', async () => {
    const response = await fetch(`${site.url}/b/broken`, { headers: claim('s3') });
    await expect(response.text()).rejects.toThrow('terminated');
    expect(site.problems.at(-1)).toMatchObject({ service: 's3', operation: 'GetObject' });
    await expect.poll(() => site.endpoint.inFlight).toBe(0);
  });
});
