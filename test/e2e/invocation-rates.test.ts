import {
  LambdaClient,
  PutFunctionConcurrencyCommand,
  TooManyRequestsException,
} from '@aws-sdk/client-lambda';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deploy, invoke } from '../support/functions.ts';
import { startServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let many: LambdaClient;

beforeAll(async () => {
  server = await startServer({ flags: ['--concurrency', '5000'] });
  many = new LambdaClient({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler({ httpAgent: { maxSockets: 2000 } }),
  });
});

afterAll(async () => {
  many.destroy();
  expect(await server.stop()).toBe(0);
});

async function advance(ms: number): Promise<void> {
  const body = new URLSearchParams({ advanceMs: String(ms) });
  expect((await fetch(`${server.endpoint}/_lambent/clock`, { method: 'POST', body })).status).toBe(200);
}

/** The 429, or undefined when it was answered. */
async function throttle(client: LambdaClient, name: string): Promise<TooManyRequestsException | undefined> {
  try {
    await invoke(client, name, {}, { LogType: 'None' });
    return undefined;
  } catch (error) {
    if (error instanceof TooManyRequestsException) return error;
    throw error;
  }
}

test('a reserved unit takes ten requests per second, however short, and ten more in the next', async () => {
  await deploy(server.lambda, 'short', { 'index.js': 'exports.handler = async () => 1;' });
  await invoke(server.lambda, 'short');
  await server.lambda.send(
    new PutFunctionConcurrencyCommand({ FunctionName: 'short', ReservedConcurrentExecutions: 1 }),
  );
  for (let second = 0; second < 2; second += 1) {
    let answered = 0;
    let error: TooManyRequestsException | undefined;
    while (error === undefined && answered < 1000) {
      error = await throttle(server.lambda, 'short');
      if (error === undefined) answered += 1;
    }
    expect(error).toMatchObject({
      Reason: 'ReservedFunctionInvocationRateLimitExceeded',
      message: 'Rate Exceeded.',
      retryAfterSeconds: '1',
      $metadata: { httpStatusCode: 429 },
    });
    expect(answered).toBeGreaterThanOrEqual(10);
    await advance(1000);
  }
});

test('a function grows by a thousand environments at once, and by as many ten seconds later', async () => {
  // So slow to begin that all requests are there before the first is answered.
  const slow = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 8000);';
  await deploy(
    server.lambda,
    'growing',
    { 'index.js': `${slow}exports.handler = async () => 1;` },
    { Timeout: 60 },
  );
  const first = await Promise.all(Array.from({ length: 1900 }, async () => await throttle(many, 'growing')));
  const throttled = first.filter((error) => error !== undefined);
  expect(throttled.length).toBeGreaterThan(0);
  expect(throttled.length).toBeLessThanOrEqual(900);
  expect(new Set(throttled.map(({ Reason }) => Reason))).toEqual(
    new Set(['FunctionInvocationRateLimitExceeded']),
  );
  await advance(10_000);
  const second = await Promise.all(Array.from({ length: 900 }, async () => await throttle(many, 'growing')));
  expect(second.filter((error) => error !== undefined)).toEqual([]);
}, 120_000);
