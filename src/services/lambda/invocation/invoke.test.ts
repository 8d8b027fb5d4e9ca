import { describe, expect, test } from 'vitest';
import { ephemeralStore } from '../../../../test/support/stored-functions.ts';
import { rootCaller } from '../../../model/identity/caller-identity.ts';
import type { RequestContext } from '../../../aws/service.ts';
import type { FunctionInvoker, InvokeAnswer, InvokeRequest } from '../../../invoke/function-invoker.ts';
import { MovableClock } from '../../../model/clock.ts';
import { invoke } from './invoke.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';

const ANSWER: InvokeAnswer = { payload: Buffer.from('1'), executedVersion: '$LATEST', traceId: 'Root=1-2-3' };

/** The door as the handler sees it: what went in, and an answer for it. */
class RecordingDoor implements FunctionInvoker {
  readonly invoked: InvokeRequest[] = [];
  readonly checked: unknown[] = [];
  readonly #answer: InvokeAnswer;

  constructor(answer: InvokeAnswer = ANSWER) {
    this.#answer = answer;
  }

  async invoke(request: InvokeRequest): Promise<InvokeAnswer> {
    this.invoked.push(request);
    return await Promise.resolve(this.#answer);
  }

  check(request: unknown): void {
    this.checked.push(request);
  }
}

async function handlerFor(invoker: FunctionInvoker): Promise<ReturnType<typeof invoke>> {
  const store = await ephemeralStore();
  const deps: LambdaDependencies = {
    store,
    clock: new MovableClock(),
    invoker,
    targets: {},
    sources: {
      queues: { describe: async () => undefined },
      streams: { describe: async () => undefined },
      roles: { canBeAssumed: () => true, check: () => undefined },
    },
    objects: { open: async () => await Promise.reject(new Error('There are no objects')) },
    policies: { hasDeny: false, generation: 1, find: () => undefined },
    identities: { isStrict: false, generation: 1, policiesOf: () => undefined },
    roles: { canBeAssumed: () => true },
    events: { accept: async () => await Promise.resolve('Root=1-2-3') },
    runtimes: { resolve: async () => await Promise.resolve({}) },
    codeLocation: () => '',
    codeStorageLimitBytes: Number.POSITIVE_INFINITY,
    blocksPublicPolicies: false,
    warn: () => {},
    concurrentExecutions: 1000,
    provisionedStatus: () => undefined,
    urlAuthType: () => undefined,
    machineArchitecture: 'x86_64',
  };
  await store.close();
  return invoke(deps);
}

function contextWith(headers: Record<string, string> = {}): RequestContext & { sent: [string, string][] } {
  const sent: [string, string][] = [];
  return {
    requestId: 'b7e2d7a0-0000-4000-8000-000000000000',
    accountId: '000000000000',
    region: 'us-east-1',
    accessKeyId: undefined,
    caller: rootCaller('aws', '000000000000'),
    service: 'lambda',
    operation: 'Invoke',
    sourceIp: undefined,
    headers,
    header: (name) => headers[name],
    origin: 'http://127.0.0.1:4566',
    contentLength: 0,
    signal: new AbortController().signal,
    patience: new AbortController().signal,
    setHeader: (name, value) => sent.push([name, value]),
    sent,
  };
}

describe('Invoke handler', () => {
  test('hands the door everything it needs and shapes the answer', async () => {
    const door = new RecordingDoor({
      ...ANSWER,
      functionError: 'Unhandled',
      logTail: Buffer.from('START\n'),
    });
    const handler = await handlerFor(door);
    const context = contextWith({ 'x-amzn-trace-id': 'Root=1-2-3' });
    const output = await handler(
      {
        FunctionName: 'function:f:$LATEST',
        Payload: Buffer.from('[1]'),
        LogType: 'Tail',
        ClientContext: Buffer.from('{"a":1}').toString('base64'),
      },
      context,
    );
    expect(door.invoked).toEqual([
      {
        accountId: '000000000000',
        region: 'us-east-1',
        name: 'f',
        qualifier: '$LATEST',
        payload: Buffer.from('[1]'),
        requestId: context.requestId,
        traceId: 'Root=1-2-3',
        clientContext: '{"a":1}',
        wantsLogTail: true,
      },
    ]);
    expect(output).toEqual({
      StatusCode: 200,
      ExecutedVersion: '$LATEST',
      Payload: ANSWER.payload,
      FunctionError: 'Unhandled',
      LogResult: 'U1RBUlQK',
    });
    expect(context.sent).toEqual([['X-Amzn-Trace-Id', 'Root=1-2-3']]);
  });

  test('checks and does not run on a dry run', async () => {
    const door = new RecordingDoor();
    const handler = await handlerFor(door);
    expect(handler({ FunctionName: 'f', InvocationType: 'DryRun' }, contextWith())).toEqual({
      StatusCode: 204,
    });
    expect(door.checked).toEqual([
      {
        accountId: '000000000000',
        region: 'us-east-1',
        name: 'f',
        qualifier: undefined,
        tenantId: undefined,
      },
    ]);
    expect(door.invoked).toEqual([]);
  });

  test.each([
    ['a durable execution', { DurableExecutionName: 'once' }, /durable/],
    ['broken JSON', { Payload: Buffer.from('{') }, /^Could not parse request body into json/],
    [
      'a client context that is no object',
      { ClientContext: 'MQ==' },
      /must be a valid Base64-encoded JSON object/,
    ],
  ])('refuses %s without bothering the door', async (_, input, message) => {
    const door = new RecordingDoor();
    const handler = await handlerFor(door);
    expect(() => handler({ FunctionName: 'f', ...input }, contextWith())).toThrow(message);
    expect(door.invoked).toEqual([]);
  });
});
