import {
  CreateAliasCommand,
  DeleteFunctionCommand,
  DeleteProvisionedConcurrencyConfigCommand,
  GetProvisionedConcurrencyConfigCommand,
  type LambdaClient,
  PublishVersionCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { deploy, eventually, invoke, untilUpdated } from '../support/functions.ts';
import { together, UNTIL_OPEN } from '../support/overlap.ts';
import { provision, untilProvisioned } from '../support/provisioned.ts';
import { startServer, temporaryDirectory, type TestServer } from '../support/server.ts';
import { zipOf } from '../support/zip.ts';

/** Servers are started in the tests themselves, which takes its time where much else goes on. */
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let server: TestServer;

beforeAll(async () => {
  directory = await temporaryDirectory();
  server = await startServer({ dataDir: directory.path });
});

afterAll(async () => {
  expect(await server.stop()).toBe(0);
  await directory.remove();
});

const SHOWN = `${UNTIL_OPEN}
const startedAt = Date.now();
exports.handler = async ({ exit, gate }, { invokedFunctionArn }) => {
  if (exit) process.exit(1);
  await untilOpen(gate, invokedFunctionArn);
  return { type: process.env.AWS_LAMBDA_INITIALIZATION_TYPE, startedAt };
};`;

/** Long enough for a test to see that an environment is not ready yet. */
const SLOW_START = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 4000);';

interface Shown {
  readonly type: string;
  readonly startedAt: number;
}

async function shown(name: string, Qualifier: string, event: object = {}): Promise<Shown> {
  return (await invoke(server.lambda, name, event, { Qualifier })).payload as Shown;
}

async function environments(): Promise<number> {
  const health = await (await fetch(`${server.endpoint}/_lambent/health`)).json();
  const { idle, busy, starting } = (health as { environments: Record<string, number> }).environments;
  return (idle ?? 0) + (busy ?? 0) + (starting ?? 0);
}

async function publish(lambda: LambdaClient, name: string, source: string): Promise<void> {
  await lambda.send(
    new UpdateFunctionCodeCommand({ FunctionName: name, ZipFile: await zipOf({ 'index.js': source }) }),
  );
  await untilUpdated(lambda, name);
  await lambda.send(new PublishVersionCommand({ FunctionName: name }));
}

/** A function with versions 1 and 2 and an alias of 1. */
async function deployVersions(name: string): Promise<void> {
  await deploy(server.lambda, name, { 'index.js': SHOWN }, { Timeout: 120 });
  await server.lambda.send(new PublishVersionCommand({ FunctionName: name }));
  await publish(server.lambda, name, `${SLOW_START}${SHOWN}`);
  const alias = { FunctionName: name, Name: 'live', FunctionVersion: '1' };
  await server.lambda.send(new CreateAliasCommand(alias));
}

test('provisioned environments answer without a cold start, by version and by alias; the rest is on demand', async () => {
  await deployVersions('ready');
  await provision(server.lambda, 'ready', 'live', 2);
  const readyAt = Date.now();
  for (const qualifier of ['live', '1', 'live', '1']) {
    const answer = await shown('ready', qualifier);
    expect(answer.type).toBe('provisioned-concurrency');
    expect(answer.startedAt).toBeLessThanOrEqual(readyAt);
  }
  expect((await shown('ready', '2')).type).toBe('on-demand');
  expect((await shown('ready', '$LATEST')).type).toBe('on-demand');
  const all = await together(server, 'ready', 4, async (event) => await shown('ready', 'live', event));
  const types = all.map(({ type }) => type).toSorted((a, b) => a.localeCompare(b));
  expect(types).toEqual(['on-demand', 'on-demand', 'provisioned-concurrency', 'provisioned-concurrency']);
});

test('one that dies is replaced, and the number stays', async () => {
  await deployVersions('mortal');
  await provision(server.lambda, 'mortal', '1', 1);
  const before = await shown('mortal', '1');
  expect((await invoke(server.lambda, 'mortal', { exit: true }, { Qualifier: '1' })).functionError).toBe(
    'Unhandled',
  );
  const get = new GetProvisionedConcurrencyConfigCommand({ FunctionName: 'mortal', Qualifier: '1' });
  await eventually(
    async () => await server.lambda.send(get),
    (config) => config.AvailableProvisionedConcurrentExecutions === 1,
  );
  const after = await shown('mortal', '1');
  expect(after.type).toBe('provisioned-concurrency');
  expect(after.startedAt).toBeGreaterThan(before.startedAt);
});

test('an alias takes its environments along to another version, and splits them by weight', async () => {
  await deployVersions('moving');
  await provision(server.lambda, 'moving', 'live', 2);
  const alias = { FunctionName: 'moving', Name: 'live' };
  await server.lambda.send(new UpdateAliasCommand({ ...alias, FunctionVersion: '2' }));
  const moved = await server.lambda.send(
    new GetProvisionedConcurrencyConfigCommand({ FunctionName: 'moving', Qualifier: 'live' }),
  );
  expect(moved).toMatchObject({ Status: 'IN_PROGRESS', RequestedProvisionedConcurrentExecutions: 2 });
  expect(await untilProvisioned(server.lambda, 'moving', 'live')).toMatchObject({
    Status: 'READY',
    AllocatedProvisionedConcurrentExecutions: 2,
  });
  expect((await shown('moving', 'live')).type).toBe('provisioned-concurrency');
  expect((await shown('moving', '1')).type).toBe('on-demand');
  await server.lambda.send(
    new UpdateAliasCommand({ ...alias, RoutingConfig: { AdditionalVersionWeights: { 1: 0.5 } } }),
  );
  await untilProvisioned(server.lambda, 'moving', 'live');
  // One each: the second of two at once is on demand.
  for (const version of ['1', '2']) {
    const both = await together(server, 'moving', 2, async (event) => await shown('moving', version, event));
    const types = both.map(({ type }) => type).toSorted((a, b) => a.localeCompare(b));
    expect(types).toEqual(['on-demand', 'provisioned-concurrency']);
  }
});

test('what is allocated follows the number, down and up, and with each an environment', async () => {
  const name = 'followed';
  await deployVersions(name);
  const before = await environments();
  for (const count of [3, 1, 2]) {
    expect(await provision(server.lambda, name, '1', count)).toMatchObject({
      Status: 'READY',
      RequestedProvisionedConcurrentExecutions: count,
      AllocatedProvisionedConcurrentExecutions: count,
      AvailableProvisionedConcurrentExecutions: count,
    });
    await eventually(environments, (now) => now === before + count, 60_000);
    const all = await together(server, name, count, async (event) => await shown(name, '1', event));
    expect(all.map(({ type }) => type)).toEqual(all.map(() => 'provisioned-concurrency'));
  }
});

test('they outlast idleness, end when deleted, and end with their function', async () => {
  const name = 'lasting';
  await deployVersions(name);
  const before = await environments();
  await provision(server.lambda, name, 'live', 3);
  await eventually(environments, (count) => count === before + 3);
  await server.lambda.send(
    new DeleteProvisionedConcurrencyConfigCommand({ FunctionName: name, Qualifier: 'live' }),
  );
  await eventually(environments, (count) => count === before);
  await provision(server.lambda, name, '1', 2);
  await eventually(environments, (count) => count === before + 2);
  await server.lambda.send(new DeleteFunctionCommand({ FunctionName: name }));
  await eventually(environments, (count) => count === before);
});

test('a function that cannot initialise fails after six attempts and still answers on demand', async () => {
  const broken = "if (process.env.AWS_LAMBDA_INITIALIZATION_TYPE !== 'on-demand') throw new Error('no');";
  await deploy(server.lambda, 'broken', { 'index.js': `${broken}\n${SHOWN}` });
  await server.lambda.send(new PublishVersionCommand({ FunctionName: 'broken' }));
  expect(await provision(server.lambda, 'broken', '1', 1)).toMatchObject({
    Status: 'FAILED',
    StatusReason: 'FUNCTION_ERROR_INIT_FAILURE',
    AllocatedProvisionedConcurrentExecutions: 0,
    AvailableProvisionedConcurrentExecutions: 0,
  });
  expect((await shown('broken', '1')).type).toBe('on-demand');
});

test('after a restart the environments come back by themselves', async () => {
  await deployVersions('restarted');
  await provision(server.lambda, 'restarted', 'live', 1);
  expect(await server.stop()).toBe(0);
  server = await startServer({ dataDir: directory.path });
  expect(await untilProvisioned(server.lambda, 'restarted', 'live')).toMatchObject({
    Status: 'READY',
    RequestedProvisionedConcurrentExecutions: 1,
    AvailableProvisionedConcurrentExecutions: 1,
  });
  expect((await shown('restarted', 'live')).type).toBe('provisioned-concurrency');
});
