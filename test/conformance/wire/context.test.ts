import { connect } from 'node:http2';
import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RequestContext } from '../../../src/aws/service.ts';
import { rootCaller } from '../../../src/model/identity/caller-identity.ts';
import { claim, startSite } from './site.ts';
import type { Site } from './site.ts';

let site: Site;
let context: RequestContext;
let input: Record<string, unknown>;
let release: () => void = () => undefined;
const opened = Promise.withResolvers<AbortSignal>();

beforeAll(async () => {
  const record = (given: Record<string, unknown>, seen: RequestContext): object => {
    [input, context] = [given, seen];
    return {};
  };
  site = await startSite(
    [
      {
        model: 'lambda',
        operations: {
          ListFunctions: record,
          GetFunction: (_input, seen) => {
            seen.setHeader('X-Amzn-Trace-Id', 'Root=1');
            seen.setHeader('Content-Type', 'application/x-own');
            return { Tags: { a: 'b' }, Unknown: 1 };
          },
          DeleteAlias: () => undefined,
          Invoke: (_input, { patience }) => {
            opened.resolve(patience);
            return new Promise((resolve) => {
              release = () => resolve({ StatusCode: 202 });
            });
          },
        },
      },
      {
        model: 's3',
        operations: { ListObjectsV2: record, HeadObject: () => ({ ContentLength: 5, ETag: '"e"' }) },
      },
      { model: 'sqs', operations: { SendMessage: record } },
      { model: 'kinesis', operations: { ListShards: record } },
    ],
    {
      credentials: {
        find: (id) =>
          id === 'ASIAISSUED'
            ? {
                accountId: '999999999999',
                secretAccessKey: 'right',
                caller: rootCaller('aws', '999999999999'),
                isExpired: false,
              }
            : undefined,
      },
      localRoutes: (_request, response, path) => {
        if (!path.startsWith('/_lambent/')) return false;
        response.end('local');
        return true;
      },
    },
  );
});
afterAll(() => site.close());

const list = (headers: Record<string, string>): Promise<Response> =>
  fetch(`${site.url}/2015-03-31/functions`, { headers });

describe('who calls, and from where', () => {
  test.each([
    ['nobody', {}, '000000000000', 'us-east-1'],
    ['any key', claim('lambda', 'eu-west-1'), '000000000000', 'eu-west-1'],
    ['an account as key', claim('lambda', 'ap-south-1', '123456789012'), '123456789012', 'ap-south-1'],
    ['an issued key', claim('lambda', 'us-east-1', 'ASIAISSUED'), '999999999999', 'us-east-1'],
    ['eleven digits', claim('lambda', 'us-east-1', '12345678901'), '000000000000', 'us-east-1'],
  ])('%s', async (_who, headers, accountId, region) => {
    await list(headers);
    expect(context).toMatchObject({ accountId, region, service: 'lambda', operation: 'ListFunctions' });
  });

  test('a presigned query', async () => {
    const credential = encodeURIComponent('123456789012/20260101/eu-west-3/lambda/aws4_request');
    await fetch(`${site.url}/2015-03-31/functions?X-Amz-Credential=${credential}`);
    expect(context).toMatchObject({ accountId: '123456789012', region: 'eu-west-3' });
  });

  test('the host name gives region and bucket', async () => {
    const get = (host: string, path: string): Promise<void> =>
      new Promise((resolve, reject) => {
        httpRequest({ port: site.port, path, headers: { host } }, (response) => {
          response.resume().on('end', resolve);
        })
          .on('error', reject)
          .end();
      });
    await get('lambda.eu-north-1.localhost:4566', '/2015-03-31/functions');
    expect(context.region).toBe('eu-north-1');
    await get('my.bucket.s3.localhost:4566', '/?list-type=2');
    expect(input).toEqual({ Bucket: 'my.bucket' });
    expect(context.origin).toBe('http://my.bucket.s3.localhost:4566');
  });

  test('a queue URL stands for the queue’s parameter', async () => {
    const body = 'Action=SendMessage&Version=2012-11-05&MessageBody=m';
    const headers = { 'content-type': 'application/x-www-form-urlencoded', ...claim('sqs') };
    await fetch(`${site.url}/000000000000/q`, { method: 'POST', body, headers });
    expect(input).toEqual({ QueueUrl: `${site.url}/000000000000/q`, MessageBody: 'm' });
  });
});

describe('answers', () => {
  test('carry the context’s request id, and the headers a handler adds', async () => {
    const response = await fetch(`${site.url}/2015-03-31/functions/f`);
    expect(response.headers.get('x-amzn-trace-id')).toBe('Root=1');
    expect(response.headers.get('content-type')).toBe('application/x-own');
    expect(await response.json()).toEqual({ Tags: { a: 'b' } });
    const listed = await list({});
    expect(listed.headers.get('x-amzn-requestid')).toBe(context.requestId);
  });

  test('without content have none', async () => {
    const response = await fetch(`${site.url}/2015-03-31/functions/f/aliases/a`, { method: 'DELETE' });
    expect([response.status, response.headers.get('content-length'), await response.text()]).toEqual([
      204,
      null,
      '',
    ]);
  });

  test('to HEAD have headers only', async () => {
    const response = await fetch(`${site.url}/b/k`, { method: 'HEAD', headers: claim('s3') });
    expect([response.status, response.headers.get('content-length'), response.headers.get('etag')]).toEqual([
      200,
      '5',
      '"e"',
    ]);
  });

  test('of the platform’s own routes go past the services', async () => {
    const response = await fetch(`${site.url}/_lambent/health`);
    expect([await response.text(), response.headers.get('x-amzn-requestid')]).toEqual(['local', null]);
  });

  test('over cleartext HTTP/2', async () => {
    const session = connect(site.url);
    const stream = session.request({
      ':method': 'POST',
      ':path': '/',
      'x-amz-target': 'Kinesis_20131202.ListShards',
      'content-type': 'application/x-amz-json-1.1',
    });
    stream.end('{"StreamName":"s"}');
    const answered = new Promise<Record<string, unknown>>((resolve) => stream.once('response', resolve));
    expect((await answered)[':status']).toBe(200);
    stream.resume();
    await new Promise((resolve) => stream.once('close', resolve));
    session.close();
    expect(input).toEqual({ StreamName: 's' });
    expect(context.origin).toBe(site.url);
  });
});

describe('a caller who goes away', () => {
  test('is not waited with, and its request counts until the handler is done', async () => {
    const request = httpRequest({
      port: site.port,
      method: 'POST',
      path: '/2015-03-31/functions/f/invocations',
    });
    request.on('error', () => undefined);
    request.end();
    const patience = await opened.promise;
    expect([patience.aborted, site.endpoint.inFlight]).toEqual([false, 1]);
    request.destroy();
    await expect.poll(() => patience.aborted).toBe(true);
    expect(site.endpoint.inFlight).toBe(1);
    release();
    await expect.poll(() => site.endpoint.inFlight).toBe(0);
    expect(site.problems).toEqual([]);
  });

  test('in the middle of the body is forgotten', async () => {
    const path = '/2015-03-31/functions/f/invocations';
    const request = httpRequest({
      port: site.port,
      method: 'POST',
      path,
      headers: { 'content-length': '10' },
    });
    request.on('error', () => undefined);
    request.write('12345');
    await expect.poll(() => site.endpoint.inFlight).toBe(1);
    request.destroy();
    await expect.poll(() => site.endpoint.inFlight).toBe(0);
  });
});
