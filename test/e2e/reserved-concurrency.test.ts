import {
  DeleteFunctionConcurrencyCommand,
  LambdaClient,
  PutFunctionConcurrencyCommand,
  TooManyRequestsException,
} from '@aws-sdk/client-lambda';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { beside } from '../support/beside.ts';
import { deploy, eventually, invoke } from '../support/functions.ts';
import { uniqueName } from '../support/lambda-requests.ts';
import { LoopbackGate } from '../support/loopback-gate.ts';
import { startServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let many: LambdaClient;
let gate: LoopbackGate;

beforeAll(async () => {
  // Functions count themselves at a server of the test's, on the machine's loopback.
  server = await startServer({ flags: ['--concurrency', '106', '--isolation', 'process'] });
  gate = await LoopbackGate.listen();
  many = new LambdaClient({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler({ httpAgent: { maxSockets: 300 } }),
  });
});

afterAll(async () => {
  many.destroy();
  await gate.close();
  expect(await server.stop()).toBe(0);
});

/** Starts so many invokes that are held inside; `finish` lets them through. */
async function crowd(
  name: string,
  size: number,
  expectedToRun: number,
): Promise<{ reasons: unknown[]; finish: () => Promise<unknown[]> }> {
  gate.shut();
  const reasons: unknown[] = [];
  const running = Promise.all(
    Array.from({ length: size }, async () => {
      try {
        return (await invoke(many, name)).payload;
      } catch (error) {
        if (!(error instanceof TooManyRequestsException)) throw error;
        expect(error.message).toBe('Rate Exceeded.');
        reasons.push(error.Reason);
        return 'throttled';
      }
    }),
  );
  await beside(running, async () => {
    await gate.untilInside(expectedToRun);
    await eventually(
      async () => await Promise.resolve(reasons.length),
      (count) => count === size - expectedToRun,
      60_000,
    );
  });
  return {
    reasons,
    finish: async () => {
      gate.open();
      return await running;
    },
  };
}

test('a reservation of 3 lets exactly 3 of 20 run at once, and others run beside them', async () => {
  const [reserved, neighbour] = [uniqueName(), uniqueName()];
  await deploy(server.lambda, reserved, { 'index.js': gate.handler("'through'") }, { Timeout: 300 });
  await deploy(server.lambda, neighbour, { 'index.js': 'exports.handler = async () => 1;' });
  await server.lambda.send(
    new PutFunctionConcurrencyCommand({ FunctionName: reserved, ReservedConcurrentExecutions: 3 }),
  );
  const first = await crowd(reserved, 20, 3);
  expect(new Set(first.reasons)).toEqual(new Set(['ReservedFunctionConcurrentInvocationLimitExceeded']));
  expect((await invoke(server.lambda, neighbour)).payload).toBe(1);
  expect((await first.finish()).filter((answer) => answer === 'through')).toHaveLength(3);

  // Lowering counts those that run; nothing that runs is hurt.
  const second = await crowd(reserved, 3, 3);
  await server.lambda.send(
    new PutFunctionConcurrencyCommand({ FunctionName: reserved, ReservedConcurrentExecutions: 2 }),
  );
  await expect(invoke(server.lambda, reserved)).rejects.toThrow('Rate Exceeded.');
  expect(await second.finish()).toEqual(['through', 'through', 'through']);
  expect((await invoke(server.lambda, reserved)).payload).toBe('through');

  await server.lambda.send(
    new PutFunctionConcurrencyCommand({ FunctionName: reserved, ReservedConcurrentExecutions: 0 }),
  );
  await expect(invoke(server.lambda, reserved)).rejects.toThrow('Rate Exceeded.');
  await server.lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName: reserved }));
  const third = await crowd(reserved, 8, 8);
  expect(await third.finish()).toHaveLength(8);
}, 240_000);

test('what one function has reserved the others do not get', async () => {
  const [owner, crowded] = [uniqueName(), uniqueName()];
  await deploy(server.lambda, owner, { 'index.js': 'exports.handler = async () => 1;' });
  await deploy(server.lambda, crowded, { 'index.js': gate.handler("'through'") }, { Timeout: 300 });
  await server.lambda.send(
    new PutFunctionConcurrencyCommand({ FunctionName: owner, ReservedConcurrentExecutions: 6 }),
  );
  const all = await crowd(crowded, 110, 100);
  expect(new Set(all.reasons)).toEqual(new Set(['ConcurrentInvocationLimitExceeded']));
  expect((await invoke(server.lambda, owner)).payload).toBe(1);
  expect((await all.finish()).filter((answer) => answer === 'through')).toHaveLength(100);
}, 240_000);
