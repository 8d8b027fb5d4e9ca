import {
  type LambdaClient,
  PutFunctionConcurrencyCommand,
  TooManyRequestsException,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { advanceClock, withFrozenClock } from '../support/async-events.ts';
import { beside } from '../support/beside.ts';
import { crowdClient } from '../support/crowd.ts';
import { deploy, eventually, invoke } from '../support/functions.ts';
import { openGate, UNTIL_OPEN } from '../support/overlap.ts';
import { startServer, type TestServer } from '../support/server.ts';

const GROWING = 'arn:aws:lambda:us-east-1:000000000000:function:growing';

let server: TestServer;
let many: LambdaClient;

beforeAll(async () => {
  server = await startServer({ flags: ['--concurrency', '5000'] });
  many = crowdClient(server, { maxSockets: 2000 });
});

afterAll(async () => {
  many.destroy();
  expect(await server.stop()).toBe(0);
});

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
  await withFrozenClock(server, async () => {
    for (let second = 0; second < 2; second += 1) {
      for (let each = 0; each < 10; each += 1) expect(await throttle(server.lambda, 'short')).toBeUndefined();
      expect(await throttle(server.lambda, 'short')).toMatchObject({
        Reason: 'ReservedFunctionInvocationRateLimitExceeded',
        message: 'Rate Exceeded.',
        retryAfterSeconds: '1',
        $metadata: { httpStatusCode: 429 },
      });
      await advanceClock(server, 1000);
    }
  });
});

test('a function grows by a thousand environments at once, and by as many ten seconds later', async () => {
  // No environment is ready before all requests are there.
  const code = `${UNTIL_OPEN}await untilOpen('begin', '${GROWING}');\nexport const handler = async () => 1;`;
  await deploy(server.lambda, 'growing', { 'index.mjs': code }, { Timeout: 60 });
  await withFrozenClock(server, async () => {
    const throttled: TooManyRequestsException[] = [];
    const first = Array.from({ length: 1900 }, async () => {
      const error = await throttle(many, 'growing');
      if (error !== undefined) throttled.push(error);
    });
    await beside(
      Promise.all(first),
      async () =>
        await eventually(
          async () => await Promise.resolve(throttled.length),
          (count) => count === 900,
          60_000,
        ),
    );
    await openGate(server, GROWING, 'begin');
    await Promise.all(first);
    expect(throttled).toHaveLength(900);
    expect(new Set(throttled.map(({ Reason }) => Reason))).toEqual(
      new Set(['FunctionInvocationRateLimitExceeded']),
    );
    await advanceClock(server, 10_000);
    const second = await Promise.all(
      Array.from({ length: 900 }, async () => await throttle(many, 'growing')),
    );
    expect(second.filter((error) => error !== undefined)).toEqual([]);
  });
}, 120_000);
