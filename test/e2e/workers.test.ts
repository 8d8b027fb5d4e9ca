import {
  CreateAliasCommand,
  LambdaClient,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  TooManyRequestsException,
  UpdateAliasCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { beside } from '../support/beside.ts';
import { deploy, eventually, invoke, untilUpdated } from '../support/functions.ts';
import { uniqueName } from '../support/lambda-requests.ts';
import { LoopbackGate } from '../support/loopback-gate.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { health, untilWorkers } from '../support/workers.ts';

const WORKERS = 3;

let server: TestServer;
let many: LambdaClient;

beforeAll(async () => {
  // Functions count themselves at a server of the test's, on the machine's loopback.
  server = await startServer({ flags: ['--workers', String(WORKERS), '--isolation', 'process'] });
  many = new LambdaClient({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler({
      httpAgent: { maxSockets: 1000 },
      socketAcquisitionWarningTimeout: 120_000,
    }),
  });
  await untilWorkers(server, WORKERS);
});

afterAll(async () => {
  many.destroy();
  expect(await server.stop()).toBe(0);
});

/** The function's answer, or the reason why there is none. */
async function attempt(name: string, qualifier?: string, client = many): Promise<unknown> {
  try {
    const settings = { LogType: 'None' as const, ...(qualifier !== undefined && { Qualifier: qualifier }) };
    return (await invoke(client, name, {}, settings)).payload;
  } catch (error) {
    if (!(error instanceof TooManyRequestsException)) throw error;
    expect(error.message).toBe('Rate Exceeded.');
    return error.Reason;
  }
}

async function publish(name: string): Promise<string> {
  return (await server.lambda.send(new PublishVersionCommand({ FunctionName: name }))).Version ?? '';
}

const THROTTLED = 'ReservedFunctionConcurrentInvocationLimitExceeded';
const TOO_FAST = 'ReservedFunctionInvocationRateLimitExceeded';

test('of 1,000 requests at once to a reservation of 50, exactly 50 run, on all workers', async () => {
  const gate = await LoopbackGate.listen();
  try {
    const name = uniqueName();
    await deploy(server.lambda, name, { 'index.js': gate.handler("'through'") }, { Timeout: 300 });
    await server.lambda.send(
      new PutFunctionConcurrencyCommand({ FunctionName: name, ReservedConcurrentExecutions: 50 }),
    );
    const answers: unknown[] = [];
    const requests = Promise.all(Array.from({ length: 1000 }, async () => answers.push(await attempt(name))));
    const during = await beside(requests, async () => {
      await eventually(
        async () => await Promise.resolve(answers.length),
        (count) => count === 950,
        120_000,
      );
      await gate.untilInside(50);
      return await health(server);
    });
    gate.open();
    await requests;
    expect(answers.filter((answer) => answer === THROTTLED)).toHaveLength(950);
    expect(answers.filter((answer) => answer === 'through')).toHaveLength(50);
    expect(gate.most).toBe(50);
    // The kernel deals them out: of so many none gets none, however unevenly.
    for (const { connections } of during.workers) expect(connections).toBeGreaterThan(0);
  } finally {
    await gate.close();
  }
}, 240_000);

test('a limit holds while an alias moves, code is replaced and the limit itself is changed', async () => {
  const gate = await LoopbackGate.listen();
  const life = { isOver: false };
  try {
    const name = uniqueName();
    await deploy(server.lambda, name, { 'index.js': gate.handler("'through'") }, { Timeout: 60 });
    const alias = { FunctionName: name, Name: 'live' };
    await server.lambda.send(new CreateAliasCommand({ ...alias, FunctionVersion: await publish(name) }));
    await server.lambda.send(
      new PutFunctionConcurrencyCommand({ FunctionName: name, ReservedConcurrentExecutions: 12 }),
    );
    const answers = new Set<unknown>();
    const rounds = Array.from({ length: 24 }, () => 0);
    const clients = Promise.all(
      rounds.map(async (_, index) => {
        for (; !life.isOver; rounds[index] = (rounds[index] ?? 0) + 1)
          answers.add(await attempt(name, index % 2 === 0 ? 'live' : undefined));
      }),
    );
    await beside(clients, async () => {
      await gate.untilInside(12);
      gate.open();
      for (let round = 0; round < 4; round += 1) await release(alias, round);
      expect(gate.most).toBe(12);
      await server.lambda.send(
        new PutFunctionConcurrencyCommand({ FunctionName: name, ReservedConcurrentExecutions: 3 }),
      );
      // Until what had begun before has ended.
      const then = [...rounds];
      await eventually(
        async () => await Promise.resolve(rounds),
        (now) => now.every((round, index) => round > (then[index] ?? 0)),
        60_000,
      );
      gate.startCounting();
      const entered = gate.entered;
      await eventually(
        async () => await Promise.resolve(gate.entered),
        (now) => now > entered + 40,
        60_000,
      );
    });
    life.isOver = true;
    await clients;
    expect(gate.most).toBeLessThanOrEqual(3);
    // A quick machine sends them more than the ten per second that each unit is good for.
    answers.delete(TOO_FAST);
    expect(answers).toEqual(new Set([THROTTLED, 'through']));
  } finally {
    life.isOver = true;
    await gate.close();
  }
}, 300_000);

/** New code, published, and the alias moved to it. */
async function release(alias: { FunctionName: string; Name: string }, round: number): Promise<void> {
  const { FunctionName } = alias;
  const Variables = { ROUND: String(round) };
  await server.lambda.send(
    new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables } }),
  );
  await untilUpdated(server.lambda, FunctionName);
  const FunctionVersion = await publish(FunctionName);
  await server.lambda.send(new UpdateAliasCommand({ ...alias, FunctionVersion }));
}

test('one after the other, over any connection, one unit is enough', async () => {
  const name = uniqueName();
  await deploy(server.lambda, name, { 'index.js': 'exports.handler = async () => "through";' });
  await server.lambda.send(
    new PutFunctionConcurrencyCommand({ FunctionName: name, ReservedConcurrentExecutions: 1 }),
  );
  const clients = Array.from(
    { length: 6 },
    () =>
      new LambdaClient({
        endpoint: server.endpoint,
        region: 'us-east-1',
        credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
        maxAttempts: 1,
      }),
  );
  for (let round = 0; round < 10; round += 1) {
    for (const client of clients) expect(await attempt(name, undefined, client)).toBe('through');
    // A unit is good for ten requests per second.
    await fetch(`${server.endpoint}/_lambent/clock`, { method: 'POST', body: 'advanceMs=1000' });
  }
  for (const client of clients) client.destroy();
});
