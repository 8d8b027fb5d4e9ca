import {
  DeleteFunctionConcurrencyCommand,
  LambdaClient,
  PutFunctionConcurrencyCommand,
  TooManyRequestsException,
} from '@aws-sdk/client-lambda';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deploy, eventually, invoke } from '../support/functions.ts';
import { startServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let many: LambdaClient;
let serial = 0;

beforeAll(async () => {
  server = await startServer({ flags: ['--concurrency', '106'] });
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
  expect(await server.stop()).toBe(0);
});

/** Runs until there is a function of that name, so that a test knows how many run at once. */
const GATED = `
const isOpen = async (gate) =>
  (await fetch(process.env.AWS_ENDPOINT_URL + '/2015-03-31/functions/' + gate)).status === 200;
exports.handler = async ({ gate }) => {
  while (gate !== undefined && !(await isOpen(gate))) await new Promise((resolve) => setTimeout(resolve, 100));
  return 'through';
};`;

async function busy(): Promise<number> {
  const health = await (await fetch(`${server.endpoint}/_lambent/health`)).json();
  return (health as { environments: { busy: number } }).environments.busy;
}

/** Starts so many invokes that wait for each other's answers; `finish` lets them through. */
async function crowd(
  name: string,
  size: number,
  expectedToRun: number,
): Promise<{ reasons: unknown[]; finish: () => Promise<unknown[]> }> {
  serial += 1;
  const gate = `gate-${serial}`;
  const reasons: unknown[] = [];
  const before = await busy();
  const running = Array.from({ length: size }, async () => {
    try {
      return (await invoke(many, name, { gate })).payload;
    } catch (error) {
      if (!(error instanceof TooManyRequestsException)) throw error;
      expect(error.message).toBe('Rate Exceeded.');
      reasons.push(error.Reason);
      return 'throttled';
    }
  });
  await eventually(busy, (now) => now - before === expectedToRun, 60_000);
  await eventually(
    async () => await Promise.resolve(reasons.length),
    (count) => count === size - expectedToRun,
  );
  return {
    reasons,
    finish: async () => {
      await deploy(server.lambda, gate, { 'index.js': '' });
      return await Promise.all(running);
    },
  };
}

test('a reservation of 3 lets exactly 3 of 20 run at once, and others run beside them', async () => {
  await deploy(server.lambda, 'reserved', { 'index.js': GATED }, { Timeout: 60 });
  await deploy(server.lambda, 'neighbour', { 'index.js': 'exports.handler = async () => 1;' });
  await server.lambda.send(
    new PutFunctionConcurrencyCommand({ FunctionName: 'reserved', ReservedConcurrentExecutions: 3 }),
  );
  const first = await crowd('reserved', 20, 3);
  expect(new Set(first.reasons)).toEqual(new Set(['ReservedFunctionConcurrentInvocationLimitExceeded']));
  expect((await invoke(server.lambda, 'neighbour')).payload).toBe(1);
  expect((await first.finish()).filter((answer) => answer === 'through')).toHaveLength(3);

  // Lowering counts those that run; nothing that runs is hurt.
  const second = await crowd('reserved', 3, 3);
  await server.lambda.send(
    new PutFunctionConcurrencyCommand({ FunctionName: 'reserved', ReservedConcurrentExecutions: 2 }),
  );
  await expect(invoke(server.lambda, 'reserved')).rejects.toThrow('Rate Exceeded.');
  expect(await second.finish()).toEqual(['through', 'through', 'through']);
  expect((await invoke(server.lambda, 'reserved')).payload).toBe('through');

  await server.lambda.send(
    new PutFunctionConcurrencyCommand({ FunctionName: 'reserved', ReservedConcurrentExecutions: 0 }),
  );
  await expect(invoke(server.lambda, 'reserved')).rejects.toThrow('Rate Exceeded.');
  await server.lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName: 'reserved' }));
  const third = await crowd('reserved', 8, 8);
  expect(await third.finish()).toHaveLength(8);
});

test('what one function has reserved the others do not get', async () => {
  await deploy(server.lambda, 'owner', { 'index.js': 'exports.handler = async () => 1;' });
  await deploy(server.lambda, 'crowded', { 'index.js': GATED }, { Timeout: 60 });
  await server.lambda.send(
    new PutFunctionConcurrencyCommand({ FunctionName: 'owner', ReservedConcurrentExecutions: 6 }),
  );
  const all = await crowd('crowded', 110, 100);
  expect(new Set(all.reasons)).toEqual(new Set(['ConcurrentInvocationLimitExceeded']));
  expect((await invoke(server.lambda, 'owner')).payload).toBe(1);
  expect((await all.finish()).filter((answer) => answer === 'through')).toHaveLength(100);
}, 120_000);
