import {
  CreateAliasCommand,
  type LambdaClient,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  TooManyRequestsException,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { beside } from '../support/beside.ts';
import { crowdClient } from '../support/crowd.ts';
import { type Answer, deploy, eventually, invoke, untilUpdated } from '../support/functions.ts';
import { LoopbackGate } from '../support/loopback-gate.ts';
import { provision } from '../support/provisioned.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { zipOf } from '../support/zip.ts';

const RESERVED = 50;
const CONCURRENCY_REASON = 'ReservedFunctionConcurrentInvocationLimitExceeded';
const RATE_REASON = 'ReservedFunctionInvocationRateLimitExceeded';

let server: TestServer;
let many: LambdaClient;
let gate: LoopbackGate;

beforeAll(async () => {
  server = await startServer({ flags: ['--isolation', 'process'] });
  gate = await LoopbackGate.listen();
  many = crowdClient(server);
});

afterAll(async () => {
  many.destroy();
  await gate.close();
  expect(await server.stop()).toBe(0);
});

/** Starts so many invokes at once. Those that are throttled are kept by their Reason. */
function burst(name: string, size: number, Qualifier?: string) {
  const throttled: unknown[] = [];
  const settings = { LogType: 'None' as const, ...(Qualifier === undefined ? {} : { Qualifier }) };
  const attempts = Array.from({ length: size }, async () => {
    try {
      return (await invoke(many, name, {}, settings)).payload;
    } catch (error) {
      // Kept like a Reason: a test that waits for those sees what came in their place.
      if (!(error instanceof TooManyRequestsException)) {
        throttled.push(error);
        return undefined;
      }
      expect(error).toMatchObject({ message: 'Rate Exceeded.', Type: 'User', retryAfterSeconds: '1' });
      throttled.push(error.Reason);
      return undefined;
    }
  });
  const answers = async (): Promise<unknown[]> =>
    (await Promise.all(attempts)).filter((answer) => answer !== undefined);
  return { throttled, answers };
}

async function reserve(FunctionName: string, ReservedConcurrentExecutions: number): Promise<void> {
  await server.lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions }));
}

async function publish(name: string, answer: string): Promise<void> {
  const ZipFile = await zipOf({ 'index.js': gate.handler(answer) });
  await server.lambda.send(new UpdateFunctionCodeCommand({ FunctionName: name, ZipFile }));
  await untilUpdated(server.lambda, name);
  await server.lambda.send(new PublishVersionCommand({ FunctionName: name }));
}

test('of 1,000 at once, a reservation of 50 lets in exactly 50, and the next 50 after them', async () => {
  await deploy(server.lambda, 'exact', { 'index.js': gate.handler('1') }, { Timeout: 300 });
  await reserve('exact', RESERVED);
  for (let round = 0; round < 2; round += 1) {
    gate.shut();
    const { throttled, answers } = burst('exact', 1000);
    await eventually(
      async () => await Promise.resolve(throttled.length),
      (count) => count === 1000 - RESERVED,
      120_000,
    );
    await gate.untilInside(RESERVED);
    expect(new Set(throttled)).toEqual(new Set([CONCURRENCY_REASON]));
    gate.open();
    expect(await answers()).toHaveLength(RESERVED);
    expect(gate.most).toBe(RESERVED);
  }
}, 300_000);

test('alias shifts and code updates let in no more than 50 either', async () => {
  const name = 'shifting';
  await deploy(server.lambda, name, { 'index.js': gate.handler('"one"') }, { Timeout: 300 });
  await server.lambda.send(new PublishVersionCommand({ FunctionName: name }));
  await publish(name, '"two"');
  const alias = { FunctionName: name, Name: 'live' };
  await server.lambda.send(new CreateAliasCommand({ ...alias, FunctionVersion: '1' }));
  await reserve(name, RESERVED);
  const changes = [
    async () =>
      await server.lambda.send(
        new UpdateAliasCommand({ ...alias, RoutingConfig: { AdditionalVersionWeights: { 2: 0.5 } } }),
      ),
    async () => await publish(name, '"three"'),
    async () =>
      await server.lambda.send(
        new UpdateAliasCommand({ ...alias, RoutingConfig: { AdditionalVersionWeights: { 3: 0.9 } } }),
      ),
    async () =>
      await server.lambda.send(new UpdateAliasCommand({ ...alias, FunctionVersion: '2', RoutingConfig: {} })),
  ];
  for (const change of changes) {
    gate.shut();
    const before = gate.entered;
    const first = burst(name, 30, 'live');
    await gate.untilInside(30);
    const second = [burst(name, 300, 'live'), burst(name, 300)];
    await change();
    second.push(burst(name, 300, 'live'), burst(name, 70));
    const refused = (): number => second.reduce((sum, { throttled }) => sum + throttled.length, 0);
    await eventually(
      async () => await Promise.resolve(refused()),
      (count) => count === 950,
      120_000,
    );
    await gate.untilInside(RESERVED);
    expect(gate.entered - before).toBe(RESERVED);
    expect(gate.most).toBe(RESERVED);
    expect(new Set(second.flatMap(({ throttled }) => throttled))).toEqual(new Set([CONCURRENCY_REASON]));
    gate.open();
    const answered = await Promise.all([first, ...second].map(async ({ answers }) => await answers()));
    expect(answered.flat()).toHaveLength(RESERVED);
  }
}, 300_000);

test('short invocations that come and go are never more than 50 either', async () => {
  await deploy(server.lambda, 'churning', { 'index.js': gate.handler('1') }, { Timeout: 300 });
  await reserve('churning', RESERVED);
  gate.open();
  const bursts = Array.from({ length: 5 }, () => burst('churning', 200));
  const ZipFile = await zipOf({ 'index.js': gate.handler('2') });
  await server.lambda.send(new UpdateFunctionCodeCommand({ FunctionName: 'churning', ZipFile }));
  const answered = (await Promise.all(bursts.map(async ({ answers }) => await answers()))).flat();
  const throttled = bursts.flatMap((each) => each.throttled);
  expect(answered.length + throttled.length).toBe(1000);
  expect(answered.length).toBeGreaterThanOrEqual(RESERVED);
  expect(gate.most).toBe(RESERVED);
  expect([CONCURRENCY_REASON, RATE_REASON]).toEqual(expect.arrayContaining([...new Set(throttled)]));
}, 300_000);

test('20 provisioned: twenty invokes without an init, and the twenty-first on demand', async () => {
  const shown = '({ type: process.env.AWS_LAMBDA_INITIALIZATION_TYPE })';
  await deploy(server.lambda, 'prepared', { 'index.js': gate.handler(shown) }, { Timeout: 300 });
  await server.lambda.send(new PublishVersionCommand({ FunctionName: 'prepared' }));
  await provision(server.lambda, 'prepared', '1', 20);
  gate.shut();
  const one = async (): Promise<Answer> => await invoke(many, 'prepared', {}, { Qualifier: '1' });
  const twenty = Promise.all(Array.from({ length: 20 }, one));
  await beside(twenty, async () => await gate.untilInside(20));
  const next = one();
  await beside(Promise.all([twenty, next]), async () => await gate.untilInside(21));
  gate.open();
  for (const { payload, log } of await twenty) {
    expect(payload).toEqual({ type: 'provisioned-concurrency' });
    expect(log).toContain('REPORT RequestId');
    expect(log).not.toMatch(/init/i);
  }
  const { payload, log } = await next;
  expect(payload).toEqual({ type: 'on-demand' });
  expect(log).toContain('Init Duration');
}, 300_000);
