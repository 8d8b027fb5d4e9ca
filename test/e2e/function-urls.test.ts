import {
  DeleteAliasCommand,
  DeleteFunctionCommand,
  DeleteFunctionUrlConfigCommand,
  GetFunctionUrlConfigCommand,
  type LambdaClient,
  PutFunctionConcurrencyCommand,
  UpdateFunctionUrlConfigCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sign } from '../../cli/sign.ts';
import { lambdaOf } from '../support/accounts.ts';
import { createUrl, openToAll, web, type WebAnswer, type WebRequest } from '../support/function-urls.ts';
import { deploy } from '../support/functions.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { createAlias, publish } from '../support/versions.ts';

const FILES = {
  'index.js': `exports.handler = async (event, context) => {
    const asked = event.headers['x-answer'];
    if (asked === 'throw') throw new Error('no');
    if (asked !== undefined) return JSON.parse(asked);
    return { version: context.functionVersion, requestId: context.awsRequestId, event };
  };`,
};
const FORBIDDEN = {
  Message:
    'Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html',
};

let server: TestServer;
let lambda: LambdaClient;
let url: string;

beforeAll(async () => {
  server = await startServer();
  ({ lambda } = server);
  url = await opened('web');
});

afterAll(async () => {
  await server.stop();
});

async function opened(name: string, Cors?: object): Promise<string> {
  await deploy(lambda, name, FILES);
  await openToAll(lambda, name);
  const { FunctionUrl = '' } = await createUrl(lambda, { FunctionName: name, ...(Cors && { Cors }) });
  return FunctionUrl;
}

interface Seen {
  readonly version: string;
  readonly requestId: string;
  readonly event: { readonly headers: Record<string, string>; readonly requestContext: object };
}

const seen = (answer: WebAnswer): Seen => JSON.parse(answer.body) as Seen;
const answering = (result: unknown): WebRequest => ({ headers: { 'x-answer': JSON.stringify(result) } });

describe('a request', () => {
  test('is an event of format 2.0', async () => {
    const answer = await web(`${url}pa2%Fth/1?a=1&a=2&b=x%20y&c`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        cookie: 'one=1; two=2',
        'user-agent': 'test/1',
        'x-many': ['p', 'q'],
      },
      body: '{"k":1}',
    });
    expect(answer.status).toBe(200);
    const { requestId, event } = seen(answer);
    expect(answer.headers['x-amzn-requestid']).toBe(requestId);
    const { hostname, host } = new URL(url);
    const urlId = host.split('.')[0];
    expect(event).toEqual({
      version: '2.0',
      routeKey: '$default',
      rawPath: '/pa2%Fth/1',
      rawQueryString: 'a=1&a=2&b=x%20y&c',
      cookies: ['one=1', 'two=2'],
      headers: {
        'content-length': '7',
        'content-type': 'application/json',
        host,
        'user-agent': 'test/1',
        'x-many': 'p,q',
        'x-amzn-trace-id': String(answer.headers['x-amzn-trace-id']).split(';')[0],
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-port': new URL(url).port,
        'x-forwarded-proto': 'http',
      },
      queryStringParameters: { a: '1,2', b: 'x y', c: '' },
      requestContext: {
        accountId: 'anonymous',
        apiId: urlId,
        domainName: hostname,
        domainPrefix: urlId,
        http: {
          method: 'POST',
          path: '/pa2%Fth/1',
          protocol: 'HTTP/1.1',
          sourceIp: '127.0.0.1',
          userAgent: 'test/1',
        },
        requestId,
        routeKey: '$default',
        stage: '$default',
        time: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
        timeEpoch: expect.any(Number),
      },
      body: '{"k":1}',
      isBase64Encoded: false,
    });
  });

  test('goes on in the trace it comes with', async () => {
    const root = 'Root=1-5759e988-bd862e3fe1be46a994272793';
    const answer = await web(url, { headers: { 'x-amzn-trace-id': `${root};Sampled=1` } });
    const trace = answer.headers['x-amzn-trace-id'];
    expect(trace).toMatch(new RegExp(`^${root};Parent=[0-9a-f]{16};Sampled=1`));
    expect(seen(answer).event.headers).toMatchObject({ 'x-amzn-trace-id': trace });
  });

  test('leaves out what it has not, and carries what is no text in base64', async () => {
    const bare = seen(await web(url)).event;
    for (const member of ['cookies', 'body', 'queryStringParameters'])
      expect(bare).not.toHaveProperty(member);
    const bytes = Buffer.from([0, 255, 10]);
    for (const headers of [{}, { 'content-type': 'image/png' }, { 'content-type': 'multipart/form-data' }]) {
      const { event } = seen(await web(url, { method: 'PUT', headers, body: bytes }));
      expect(event).toMatchObject({ body: bytes.toString('base64'), isBase64Encoded: true });
    }
  });

  test.each([
    ['application/json; charset=utf-8', true],
    ['text/csv', true],
    ['application/javascript', true],
    ['application/xml', true],
    ['application/soap+xml', true],
    ['application/problem+json', true],
    ['APPLICATION/JSON', true],
    ['application/x-www-form-urlencoded', false],
    ['application/octet-stream', false],
    ['application/jsonish', false],
    ['x-text/plain', false],
    ['nonsense', false],
  ])('of the type %s: is it text? %s', async (type, isText) => {
    const body = 'ä=1';
    const { event } = seen(await web(url, { method: 'POST', headers: { 'content-type': type }, body }));
    const shown = isText ? body : Buffer.from(body).toString('base64');
    expect(event).toMatchObject({ body: shown, isBase64Encoded: !isText });
    const zipped = { 'content-type': type, 'content-encoding': 'gzip' };
    const packed = seen(await web(url, { method: 'POST', headers: zipped, body }));
    expect(packed.event).toMatchObject({ isBase64Encoded: true });
  });

  test('that is no UTF-8 arrives byte for byte, whatever its type says', async () => {
    const body = Buffer.from('gr\u00fc\u00df dich', 'latin1');
    const headers = { 'content-type': 'text/plain; charset=iso-8859-1' };
    const { event } = seen(await web(url, { method: 'POST', headers, body }));
    expect(event).toMatchObject({ body: body.toString('base64'), isBase64Encoded: true });
  });

  test('may be as large as an event, and no larger', async () => {
    const headers = { 'content-type': 'text/plain' };
    const large = await web(url, { method: 'POST', headers, body: 'x'.repeat(2_000_000) });
    expect(seen(large).event).toMatchObject({ body: 'x'.repeat(2_000_000) });
    const over = await web(url, { method: 'POST', headers, body: 'x'.repeat(6 * 1024 * 1024 + 1) });
    const refusal = { status: 413, headers: { 'x-amzn-errortype': 'RequestTooLargeException' } };
    expect(over).toMatchObject(refusal);
    // In base64, as the event has it, it is over that too.
    const bytes = await web(url, { method: 'POST', body: Buffer.alloc(5 * 1024 * 1024, 1) });
    expect(bytes).toMatchObject(refusal);
  });

  test('comes by a path where names under localhost are not known', async () => {
    const id = new URL(url).host.split('.')[0];
    const answer = await web(`${server.endpoint}/_aws/lambda-url/${id}/a/b?c=d`);
    expect(seen(answer).event).toMatchObject({ rawPath: '/a/b', rawQueryString: 'c=d' });
  });

  test('may name the host in any case', async () => {
    const host = new URL(url).host.toUpperCase();
    expect(await web(`${server.endpoint}/a`, { headers: { host } })).toMatchObject({ status: 200 });
  });

  test('to a path of the API is still the function’s', async () => {
    const path = '2015-03-31/functions/web/invocations';
    const answer = await web(`${url}${path}`, { method: 'POST', body: '{}' });
    expect(seen(answer).event).toMatchObject({ rawPath: `/${path}` });
  });

  test('of an unknown method, or for another protocol, is refused', async () => {
    expect(await web(url, { method: 'PROPFIND' })).toMatchObject({ status: 405 });
    const upgrade = await web(url, { headers: { connection: 'upgrade', upgrade: 'websocket' } });
    expect(upgrade).toMatchObject({ status: 400 });
  });

  test.each(['h2c', 'TLS/1.2, HTTP/2.0'])('may offer to go on in %s, to no avail', async (offer) => {
    const headers = { connection: 'upgrade, http2-settings', upgrade: offer, 'http2-settings': 'AAMAAABk' };
    const answer = await web(url, { headers });
    expect(answer).toMatchObject({ status: 200 });
    expect(seen(answer).event.headers).not.toHaveProperty('http2-settings');
    const both = { connection: 'upgrade', upgrade: `${offer}, websocket` };
    expect(await web(url, { headers: both })).toMatchObject({ status: 400 });
  });
});

describe('a result', () => {
  test('with a statusCode, a number or its digits, is the whole response', async () => {
    const answer = await web(
      url,
      answering({
        statusCode: '418',
        headers: { 'Content-Type': 'text/html', 'x-number': 5, 'content-length': '999' },
        cookies: ['a=1; Path=/', 'b=2'],
        body: '<p>',
      }),
    );
    expect(answer).toMatchObject({ status: 418, body: '<p>' });
    expect(answer.headers).toMatchObject({
      'content-type': 'text/html',
      'content-length': '3',
      'x-number': '5',
      'set-cookie': ['a=1; Path=/', 'b=2'],
    });
  });

  test('has the headers that are the door’s under names of their own', async () => {
    const headers = {
      connection: 'close',
      'Content-Length': '999',
      Date: 'once',
      server: 'mine',
      'WWW-Authenticate': 'Basic realm="x"',
    };
    const answer = await web(url, answering({ statusCode: 401, headers, body: 'no' }));
    expect(answer).toMatchObject({ status: 401, body: 'no' });
    for (const [name, value] of Object.entries(headers)) {
      expect(answer.rawHeaders).toContain(`x-amzn-Remapped-${name}`);
      expect(answer.headers[`x-amzn-remapped-${name.toLowerCase()}`]).toBe(value);
    }
    expect(answer.headers).toMatchObject({ 'content-length': '2', date: expect.stringMatching(/GMT$/) });
    for (const name of ['server', 'www-authenticate']) expect(answer.headers).not.toHaveProperty(name);
  });

  test('that is a body keeps its digits and its order, without the spaces', async () => {
    await deploy(
      lambda,
      'spacious',
      {
        'index.py': `def handler(event, context):\n  return {"b": 12345678901234567890, "1": [1.0, "é, è"]}`,
      },
      { Runtime: 'python3.13' },
    );
    await openToAll(lambda, 'spacious');
    const { FunctionUrl = '' } = await createUrl(lambda, { FunctionName: 'spacious' });
    expect(await web(FunctionUrl)).toMatchObject({
      status: 200,
      body: '{"b":12345678901234567890,"1":[1.0,"é, è"]}',
    });
  });

  test('may have a body in base64, or none', async () => {
    const encoded = { statusCode: 200, body: Buffer.from('bytes').toString('base64'), isBase64Encoded: true };
    expect(await web(url, answering(encoded))).toMatchObject({
      body: 'bytes',
      headers: { 'content-type': 'application/json' },
    });
    expect(await web(url, answering({ statusCode: 204 }))).toMatchObject({ status: 204, body: '' });
    const reset = { status: 205, body: '', headers: { 'content-length': '0' } };
    expect(await web(url, answering({ statusCode: 205, body: 'none' }))).toMatchObject(reset);
  });

  test.each<[string, unknown, string]>([
    ['an object', { hello: 'world' }, '{"hello":"world"}'],
    ['a list', ['hello', 3, true], '["hello",3,true]'],
    ['a string, without its quotes', 'hello', 'hello'],
    ['a number', 5, '5'],
    ['null', null, 'null'],
    ['an object whose statusCode is null', { statusCode: null, body: 'x' }, '{"statusCode":null,"body":"x"}'],
  ])('of %s is a body', async (_, result, body) => {
    expect(await web(url, answering(result))).toMatchObject({
      status: 200,
      body,
      headers: { 'content-type': 'application/json' },
    });
  });

  test.each<[string, unknown]>([
    ['a status out of range', { statusCode: 999 }],
    ['a status below it', { statusCode: 99 }],
    ['a status that is negative', { statusCode: -200 }],
    ['a status that is no number', { statusCode: 'ok' }],
    ['a status with nothing in it', { statusCode: '' }],
    ['a status in hexadecimal', { statusCode: '0xC8' }],
    ['a status with an exponent', { statusCode: '2e2' }],
    ['a status with a fraction', { statusCode: 200.5 }],
    ['a status in a list', { statusCode: [200] }],
    ['a status that is true', { statusCode: true }],
    ['a body that is an object', { statusCode: 200, body: {} }],
    ['a header that would end the head', { statusCode: 200, headers: { a: 'b\r\nc: d' } }],
    ['a body that is not base64', { statusCode: 200, body: '{}', isBase64Encoded: true }],
  ])('with %s is a bad gateway', async (_, result) => {
    expect(await web(url, answering(result))).toMatchObject({ status: 502, body: 'Internal Server Error' });
  });

  test('that is an error is a bad gateway', async () => {
    const answer = await web(url, { headers: { 'x-answer': 'throw' } });
    expect(answer).toMatchObject({ status: 502, body: 'Internal Server Error' });
  });

  test('has no body for HEAD, but its length', async () => {
    const answer = await web(url, { ...answering('hello'), method: 'HEAD' });
    expect(answer).toMatchObject({ status: 200, body: '', headers: { 'content-length': '5' } });
  });
});

describe('who may call', () => {
  test('nobody without both permissions', async () => {
    await deploy(lambda, 'shut', FILES);
    const { FunctionUrl = '' } = await createUrl(lambda, { FunctionName: 'shut' });
    const answer = await web(FunctionUrl);
    expect(answer).toMatchObject({ status: 403, headers: { 'x-amzn-errortype': 'AccessDeniedException' } });
    expect(JSON.parse(answer.body)).toEqual(FORBIDDEN);
    await openToAll(lambda, 'shut');
    expect(await web(FunctionUrl)).toMatchObject({ status: 200 });
  });

  test('with AWS_IAM only who signs: the own account, and others that are let in', async () => {
    await deploy(lambda, 'signed', FILES);
    const { FunctionUrl = '' } = await createUrl(lambda, { FunctionName: 'signed', AuthType: 'AWS_IAM' });
    expect(await web(FunctionUrl)).toMatchObject({ status: 403 });
    const by = (accessKeyId: string, at: string = FunctionUrl): WebRequest => {
      const request = { method: 'GET', url: new URL(at), headers: {}, body: Buffer.alloc(0) };
      const credentials = { accessKeyId, secretAccessKey: 'test' };
      const scope = { service: 'lambda', region: 'us-east-1', credentials, now: new Date() };
      return { headers: sign(request, scope) };
    };
    const own = await web(FunctionUrl, by('test'));
    expect(own.status).toBe(200);
    expect(seen(own).event.requestContext).toMatchObject({
      accountId: '000000000000',
      authorizer: {
        iam: {
          accessKey: 'test',
          accountId: '000000000000',
          callerId: '000000000000',
          cognitoIdentity: null,
          userArn: 'arn:aws:iam::000000000000:root',
          userId: '000000000000',
        },
      },
    });
    expect(await web(FunctionUrl, by('111122223333'))).toMatchObject({ status: 403 });
    // A URL is the account's of its function, whoever asks under which name.
    const foreign = lambdaOf(server, '111122223333');
    await expect(
      foreign.send(new DeleteFunctionUrlConfigCommand({ FunctionName: 'signed' })),
    ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    foreign.destroy();
  });

  test('a URL can be closed by its AuthType', async () => {
    const open = await opened('closing');
    expect(await web(open)).toMatchObject({ status: 200 });
    const close = new UpdateFunctionUrlConfigCommand({ FunctionName: 'closing', AuthType: 'AWS_IAM' });
    await lambda.send(close);
    expect(await web(open)).toMatchObject({ status: 403 });
  });

  test('nobody, where no URL is', async () => {
    const gone = await opened('gone');
    await lambda.send(new DeleteFunctionUrlConfigCommand({ FunctionName: 'gone' }));
    const none = { status: 403, headers: { 'x-amzn-errortype': 'AccessDeniedException' } };
    expect(await web(gone)).toMatchObject({ ...none, body: '{"Message":null}' });
  });
});

test('an alias has a URL of its own, that ends with it', async () => {
  await deploy(lambda, 'aliased', FILES);
  await publish(lambda, { FunctionName: 'aliased' });
  await createAlias(lambda, 'aliased', 'live', '1');
  await openToAll(lambda, 'aliased', 'live');
  const { FunctionUrl = '' } = await createUrl(lambda, { FunctionName: 'aliased', Qualifier: 'live' });
  expect(seen(await web(FunctionUrl)).version).toBe('1');
  await lambda.send(new DeleteAliasCommand({ FunctionName: 'aliased', Name: 'live' }));
  expect(await web(FunctionUrl)).toMatchObject({ status: 403 });
});

test('a URL ends with its function, and a new function of that name has none', async () => {
  const ended = await opened('ended');
  expect(await web(ended)).toMatchObject({ status: 200 });
  await lambda.send(new DeleteFunctionCommand({ FunctionName: 'ended' }));
  expect(await web(ended)).toMatchObject({ status: 403 });
  await deploy(lambda, 'ended', FILES);
  await openToAll(lambda, 'ended');
  expect(await web(ended)).toMatchObject({ status: 403 });
  const get = new GetFunctionUrlConfigCommand({ FunctionName: 'ended' });
  await expect(lambda.send(get)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

test('reserved concurrency throttles', async () => {
  const throttled = await opened('throttled');
  const none = { FunctionName: 'throttled', ReservedConcurrentExecutions: 0 };
  await lambda.send(new PutFunctionConcurrencyCommand(none));
  const answer = await web(throttled);
  expect(answer).toMatchObject({ status: 429, headers: { 'x-amzn-errortype': 'TooManyRequestsException' } });
  expect(JSON.parse(answer.body)).toMatchObject({
    Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
  });
});
