import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingHttpHeaders, RequestOptions } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Invocation } from '../../model/invocation.ts';
import { ExtensionSet } from '../extensions-api/extension-set.ts';
import { listenOnLoopback } from '../../sandbox/listen-on-loopback.ts';
import { OutputPace, OutputPacing } from '../output-pace.ts';
import { RuntimeRecorder } from '../testing/runtime-recorder.ts';
import { RuntimeApi } from './runtime-api.ts';
import type { ExtensionEndpoints, RuntimeApiListener } from './runtime-api.ts';

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const noExtensions: ExtensionEndpoints = {
  extensions: new ExtensionSet([], {
    onAllRegistered: () => undefined,
    onAllWaiting: () => undefined,
    onFailed: () => undefined,
  }),
  isShared: false,
  functionIdentity: { functionName: 'f', functionVersion: '$LATEST', handler: 'h', accountId: '1' },
  subscribe: () => undefined,
};
const metadata = { token: 'secret', availabilityZoneId: 'use1-az1' };
const sandbox = { listen: listenOnLoopback };
const pace = new OutputPace(new OutputPacing(), () => undefined);
const api = new RuntimeApi();
let events: RuntimeRecorder;
let listener: RuntimeApiListener;

beforeEach(async () => {
  events = new RuntimeRecorder();
  listener = await api.listen(sandbox, { events, extensions: noExtensions, metadata, pace });
});
afterEach(() => listener.close());

function call(
  method: string,
  path: string,
  body = '',
  more: RequestOptions = {},
  trailers?: Record<string, string>,
): Promise<Answer> {
  const [host, port] = listener.address.split(':');
  return new Promise((resolve, reject) => {
    const sent = request({ host, port, method, path: `/2018-06-01/runtime/${path}`, ...more }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const { statusCode: status, headers } = response;
        resolve({ status, headers, body: Buffer.concat(chunks).toString() });
      });
    });
    sent.on('error', reject);
    if (trailers !== undefined) {
      sent.write(body);
      sent.addTrailers(trailers);
      sent.end();
    } else sent.end(body);
  });
}

const invocation: Invocation = {
  requestId: 'id-1',
  payload: Buffer.from('{"a":"ü"}'),
  invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:f:live',
  traceId: 'Root=1-2-3;Sampled=1',
  clientContext: undefined,
  wantsLogTail: false,
};

function notAllowed(from: string, to: string): unknown {
  const failed = `State transition from ${from} to ${to} failed for runtime.`;
  return {
    errorMessage: `${failed} Error: State transition is not allowed`,
    errorType: 'InvalidStateTransition',
  };
}

async function deliver(more: Partial<Invocation> = {}): Promise<Answer> {
  const next = call('GET', 'invocation/next');
  await vi.waitFor(() => expect(events.link).toBeDefined(), 25_000);
  events.link?.deliver({ ...invocation, ...more }, 1_700_000_000_000);
  return await next;
}

describe('next', () => {
  test('waits for an event, and has all about it in headers', async () => {
    const { status, headers, body } = await deliver();
    expect(status).toBe(200);
    expect(body).toBe('{"a":"ü"}');
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': 'id-1',
      'lambda-runtime-deadline-ms': '1700000000000',
      'lambda-runtime-invoked-function-arn': invocation.invokedFunctionArn,
      'lambda-runtime-trace-id': 'Root=1-2-3;Sampled=1',
      'lambda-runtime-invocation-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(headers).not.toHaveProperty('lambda-runtime-client-context');
  });

  test('says who the caller is, where that is known', async () => {
    const cognitoIdentity = '{"cognitoIdentityId":"i","cognitoIdentityPoolId":"p"}';
    const { headers } = await deliver({ cognitoIdentity, tenantId: 'blue' });
    expect(headers).toMatchObject({
      'lambda-runtime-cognito-identity': cognitoIdentity,
      'lambda-runtime-aws-tenant-id': 'blue',
    });
    for (const name of ['lambda-runtime-cognito-identity', 'lambda-runtime-aws-tenant-id'])
      expect((await deliver()).headers).not.toHaveProperty(name);
  });

  test('sends the client context as JSON that fits a header', async () => {
    const { headers } = await deliver({ clientContext: '{\n"custom":{"k":"ü😀"}}' });
    const text = String(headers['lambda-runtime-client-context']);
    expect(JSON.parse(text)).toEqual({ custom: { k: 'ü😀' } });
    expect(text).toMatch(/^[ -~]+$/);
  });

  test('out of turn is refused', async () => {
    events.takesNext = false;
    const { status, body } = await call('GET', 'invocation/next');
    expect(status).toBe(403);
    expect(JSON.parse(body)).toEqual(notAllowed('Running', 'Ready'));
  });

  test('delivered at once when the event was there first', async () => {
    events.onNext = (link) => {
      link.deliver(invocation, 1);
      return true;
    };
    expect((await call('GET', 'invocation/next')).body).toBe('{"a":"ü"}');
  });

  test('a runtime whose connection broke while it waited asks again and gets the event', async () => {
    const abort = new AbortController();
    const broken = call('GET', 'invocation/next', '', { signal: abort.signal });
    await vi.waitFor(() => expect(events.link).toBeDefined(), 25_000);
    abort.abort();
    await expect(broken).rejects.toThrow('aborted');
    const again = call('GET', 'invocation/next');
    await vi.waitFor(() => expect(events.nexts).toBe(2), 25_000);
    events.link?.deliver(invocation, 1);
    expect((await again).body).toBe('{"a":"ü"}');
  });
});

describe('response', () => {
  test('is accepted', async () => {
    const { status, body } = await call('POST', 'invocation/id-1/response', '{"b":1}');
    expect({ status, body }).toEqual({ status: 202, body: '{"status":"OK"}\n' });
    expect(events.said).toEqual([['response', 'id-1', '{"b":1}', false]]);
  });

  test('for an unknown invocation is refused', async () => {
    const { status, body } = await call('POST', 'invocation/other/response', '{}');
    expect(status).toBe(400);
    expect(JSON.parse(body)).toMatchObject({ errorType: 'InvalidRequestID' });
  });

  test('that echoes the id of another attempt is refused before anybody hears of it', async () => {
    const id = (await deliver()).headers['lambda-runtime-invocation-id'];
    const headers = (value: unknown) => ({ headers: { 'Lambda-Runtime-Invocation-Id': String(value) } });
    const other = await call('POST', 'invocation/id-1/response', '1', headers('another'));
    expect(other.status).toBe(400);
    expect(JSON.parse(other.body)).toMatchObject({ errorType: 'InvalidInvocationId' });
    expect(events.said).toEqual([]);
    expect((await call('POST', 'invocation/id-1/response', '1', headers(id))).status).toBe(202);
  });

  test.each([
    [6_291_556, 202, false],
    [6_291_557, 413, true],
  ])('of %i bytes: %i', async (bytes, status, tooLarge) => {
    const answer = await call('POST', 'invocation/id-1/response', 'x'.repeat(bytes));
    expect(answer.status).toBe(status);
    expect(events.said).toEqual([['response', 'id-1', tooLarge ? '' : 'x'.repeat(bytes), tooLarge]]);
    if (tooLarge) expect(JSON.parse(answer.body)).toMatchObject({ errorType: 'RequestEntityTooLarge' });
  });

  test('sent in chunks is a response like any other', async () => {
    const headers = { 'Transfer-Encoding': 'chunked' };
    expect((await call('POST', 'invocation/id-1/response', 'part', { headers })).status).toBe(202);
    expect(events.said).toEqual([['response', 'id-1', 'part', false]]);
  });
});

test('a response that is announced as nothing known is refused, and fails its invocation', async () => {
  const headers = { 'Lambda-Runtime-Function-Response-Mode': 'sideways' };
  const other = await call('POST', 'invocation/other/response', '1', { headers });
  expect(JSON.parse(other.body)).toMatchObject({ errorType: 'InvalidRequestID' });
  events.said.length = 0;
  const { status, body } = await call('POST', 'invocation/id-1/response', '1', { headers });
  expect(status).toBe(400);
  expect(JSON.parse(body)).toEqual({
    errorMessage: 'Invalid function response mode',
    errorType: 'InvalidFunctionResponseMode',
  });
  const errorType = 'Runtime.InvalidResponseModeHeader';
  expect(events.said).toEqual([['error', 'id-1', JSON.stringify({ errorType }), errorType]]);
});

describe('a streamed response', () => {
  const streamed = { 'Transfer-Encoding': 'chunked', 'Lambda-Runtime-Function-Response-Mode': 'streaming' };

  test('is announced with its content type before its parts', async () => {
    const headers = { ...streamed, 'Content-Type': 'text/plain' };
    const { status, body } = await call('POST', 'invocation/id-1/response', 'part', { headers });
    expect({ status, body }).toEqual({ status: 202, body: '{"status":"OK"}\n' });
    expect(events.said).toEqual([
      ['stream', 'id-1', 'text/plain'],
      ['response', 'id-1', 'part', false],
    ]);
  });

  test('for an unknown invocation, or another attempt, is refused before its end', async () => {
    expect((await call('POST', 'invocation/other/response', 'part', { headers: streamed })).status).toBe(400);
    expect(events.said).toEqual([['stream', 'other', undefined]]);
    const headers = { ...streamed, 'Lambda-Runtime-Invocation-Id': 'another' };
    const other = await call('POST', 'invocation/id-1/response', 'part', { headers });
    expect(JSON.parse(other.body)).toMatchObject({ errorType: 'InvalidInvocationId' });
    expect(events.said).toHaveLength(1);
  });

  test('that is too large is refused, and said to be', async () => {
    const headers = streamed;
    const answer = await call('POST', 'invocation/id-1/response', 'x'.repeat(6_291_557), { headers });
    expect(answer.status).toBe(413);
    expect(events.said.at(-1)).toEqual(['response', 'id-1', '', true]);
  });

  test('that failed midway is the error in its trailers', async () => {
    const error = '{"errorType":"Function.Broken","errorMessage":"midway"}';
    const trailers = {
      'Lambda-Runtime-Function-Error-Type': 'Function.Broken',
      'Lambda-Runtime-Function-Error-Body': Buffer.from(error).toString('base64'),
    };
    const headers = { ...streamed, Trailer: Object.keys(trailers).join(', ') };
    expect((await call('POST', 'invocation/id-1/response', 'part', { headers }, trailers)).status).toBe(202);
    expect(events.said.slice(1)).toEqual([['error', 'id-1', error, 'Function.Broken']]);
    const typeOnly = { 'Lambda-Runtime-Function-Error-Type': 'Function.Broken' };
    await call('POST', 'invocation/id-1/response', 'part', { headers }, typeOnly);
    expect(events.said.at(-1)).toEqual([
      'error',
      'id-1',
      '{"errorType":"Function.Broken"}',
      'Function.Broken',
    ]);
  });

  test('whose connection breaks is a failed one', async () => {
    const [host, port] = listener.address.split(':');
    const path = '/2018-06-01/runtime/invocation/id-1/response';
    const sent = request({ host, port, method: 'POST', path, headers: streamed });
    sent.on('error', () => undefined);
    sent.write('part');
    await vi.waitFor(() => expect(events.said).toHaveLength(1), 25_000);
    sent.destroy();
    await vi.waitFor(() => expect(events.said).toHaveLength(2), 25_000);
    expect(events.said[1]).toEqual([
      'error',
      'id-1',
      expect.stringContaining('Runtime.TruncatedResponse'),
      'Runtime.TruncatedResponse',
    ]);
  });
});

describe('error', () => {
  test('is accepted as the runtime words it', async () => {
    const body = '{"errorMessage":"m","errorType":"T","stackTrace":[]}';
    expect((await call('POST', 'invocation/id-1/error', body)).status).toBe(202);
    expect((await call('POST', 'invocation/id-2/error', body)).status).toBe(400);
    expect(events.said).toEqual([
      ['error', 'id-1', body, undefined],
      ['error', 'id-2', body, undefined],
    ]);
  });

  test('without a body has its type in a header', async () => {
    const headers = { 'Lambda-Runtime-Function-Error-Type': 'Runtime.Broken' };
    await call('POST', 'invocation/id-1/error', '', { headers });
    expect(events.said).toEqual([['error', 'id-1', '{"errorType":"Runtime.Broken"}', 'Runtime.Broken']]);
  });

  test('that comes with its cause for X-Ray reaches the caller without that', async () => {
    const headers = { 'Content-Type': 'application/vnd.aws.lambda.error.cause+json' };
    const body = { errorMessage: 'm', errorType: 'T', stackTrace: ['at'], errorCause: { paths: [] } };
    await call('POST', 'invocation/id-1/error', JSON.stringify(body), { headers });
    await call('POST', 'invocation/id-1/error', 'no object', { headers });
    expect(events.said).toEqual([
      ['error', 'id-1', '{"errorMessage":"m","errorType":"T","stackTrace":["at"]}', undefined],
      ['error', 'id-1', '"Invalid error body"', undefined],
    ]);
  });

  test('may be told at length: in a header, and in the trailers of a response', async () => {
    const cause = { 'Lambda-Runtime-Function-XRay-Error-Cause': 'x'.repeat(1_048_000) };
    expect((await call('POST', 'invocation/id-1/error', '{}', { headers: cause })).status).toBe(202);
    const error = JSON.stringify({ errorType: 'T', errorMessage: 'm'.repeat(180_000) });
    const trailers = {
      'Lambda-Runtime-Function-Error-Type': 'T',
      'Lambda-Runtime-Function-Error-Body': Buffer.from(error).toString('base64'),
    };
    const headers = {
      'Transfer-Encoding': 'chunked',
      'Lambda-Runtime-Function-Response-Mode': 'streaming',
      Trailer: Object.keys(trailers).join(', '),
    };
    const answer = await call('POST', 'invocation/id-1/response', 'part', { headers }, trailers);
    expect(answer).toMatchObject({ status: 202 });
    expect(events.said.at(-1)).toEqual(['error', 'id-1', error, 'T']);
  });

  test('is told at length over a few connections at once, not over as many as there can be', async () => {
    const [host, port] = listener.address.split(':');
    const waiting = Array.from({ length: 8 }, () => connect({ host, port: Number(port) }));
    await Promise.all(waiting.map(async (socket) => await once(socket, 'connect')));
    const headers = { 'Lambda-Runtime-Function-XRay-Error-Cause': 'x'.repeat(20_000) };
    expect((await call('POST', 'invocation/id-1/error', '{}', { headers, agent: false })).status).toBe(431);
    for (const socket of waiting) socket.destroy();
    await vi.waitFor(async () => {
      const { status } = await call('POST', 'invocation/id-1/error', '{}', { headers, agent: false });
      expect(status).toBe(202);
    }, 25_000);
  });

  test('of initialisation is accepted then, and refused later', async () => {
    expect(await call('POST', 'init/error', '{"errorType":"T"}')).toMatchObject({
      status: 202,
      body: '{"status":"OK"}\n',
    });
    events.isInitialising = false;
    const late = await call('POST', 'init/error', '{}');
    expect(late.status).toBe(403);
    expect(JSON.parse(late.body)).toEqual(notAllowed('Running', 'InitError'));
  });
});

describe('a second response or error', () => {
  test.each(['responded', 'responding'] as const)(
    'is refused by the state of a runtime that has %s',
    async (refusal) => {
      events.refusals.set('id-2', refusal);
      const state = refusal === 'responded' ? 'RuntimeResponseSentState' : 'InvocationResponse';
      const headers = { 'Lambda-Runtime-Function-Response-Mode': 'streaming' };
      for (const [verb, more, wanted] of [
        ['response', {}, 'InvocationResponse'],
        ['response', { headers: { 'Transfer-Encoding': 'chunked' } }, 'InvocationResponse'],
        ['response', { headers }, 'InvocationResponse'],
        ['error', {}, 'InvocationErrorResponse'],
      ] as const) {
        const { status, body } = await call('POST', `invocation/id-2/${verb}`, '{}', more);
        expect([status, JSON.parse(body)]).toEqual([403, notAllowed(state, wanted)]);
      }
    },
  );

  test('of a runtime that waits for its next event, while extensions are busy with the last, is refused by that', async () => {
    events.refusals.set('id-2', 'responded');
    void call('GET', 'invocation/next').catch(() => undefined);
    await vi.waitUntil(() => events.link !== undefined, 25_000);
    const { status, body } = await call('POST', 'invocation/id-2/error', '{}');
    expect([status, JSON.parse(body)]).toEqual([403, notAllowed('Ready', 'InvocationErrorResponse')]);
  });

  test('that comes too late, where the runtime goes on, is told so', async () => {
    events.refusals.set('id-2', 'timed-out');
    const { status, body } = await call('POST', 'invocation/id-2/response', '{}');
    expect(status).toBe(410);
    expect(JSON.parse(body)).toEqual({ errorMessage: 'Invoke timeout', errorType: 'InvokeTimeout' });
  });
});

describe('a restore', () => {
  test('answers the runtime that waits for it when it begins', async () => {
    events.canRestore = true;
    const answered = call('GET', 'restore/next');
    await vi.waitUntil(() => events.waiting !== undefined, 25_000);
    events.waiting?.release();
    expect((await answered).status).toBe(200);
  });

  test('that fails is accepted while it is under way', async () => {
    events.isRestoring = true;
    const headers = { 'Lambda-Runtime-Function-Error-Type': 'Runtime.AfterRestoreError' };
    expect(await call('POST', 'restore/error', '{"errorMessage":"no"}', { headers })).toMatchObject({
      status: 202,
      body: '{"status":"OK"}\n',
    });
    expect(events.said).toEqual([['restore-error', '{"errorMessage":"no"}', 'Runtime.AfterRestoreError']]);
  });
});

test.each([
  ['GET', 'restore/next', 403],
  ['POST', 'restore/error', 403],
  ['GET', 'invocation', 404],
  ['POST', 'invocation/next', 404],
  ['POST', 'invocation/id-1/response/more', 404],
  ['PUT', 'invocation/id-1/response', 404],
])('%s %s is refused with %i', async (method, path, status) => {
  const answer = await call(method, path);
  expect(answer.status).toBe(status);
  expect(JSON.parse(answer.body)).toEqual({
    errorMessage: expect.any(String),
    errorType: expect.any(String),
  });
  expect(events.said).toEqual([]);
});

test('each environment has an address of its own, gone when it is closed', async () => {
  const others = new RuntimeRecorder();
  const other = await api.listen(sandbox, { events: others, extensions: noExtensions, metadata, pace });
  expect(other.address).not.toBe(listener.address);
  await call('POST', 'invocation/id-1/response', '1');
  expect(others.said).toEqual([]);
  other.close();
  const [host, port] = other.address.split(':');
  await expect(call('GET', 'invocation/next', '', { host, port })).rejects.toThrow('ECONNREFUSED');
});
