import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import {
  CreateAliasCommand,
  DeleteFunctionCommand,
  LambdaClient,
  GetProvisionedConcurrencyConfigCommand,
  ListFunctionsCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  PutProvisionedConcurrencyConfigCommand,
  TooManyRequestsException,
  UpdateAliasCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lambdaOf } from '../support/accounts.ts';
import { beside } from '../support/beside.ts';
import { crowdClient } from '../support/crowd.ts';
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
  // All stay open: where they went can be asked when most have their answers.
  many = crowdClient(server, { maxFreeSockets: 1000 });
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

test('a client that has asked for something else comes back to a worker after a hundred invokes', async () => {
  const name = uniqueName();
  await deploy(server.lambda, name, { 'index.js': 'exports.handler = async (event) => event;' });
  const one = new LambdaClient({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler({ httpAgent: new Agent({ keepAlive: true, maxSockets: 1 }) }),
  });
  await one.send(new ListFunctionsCommand({}));
  const ofWorkers = async (): Promise<number> =>
    (await health(server)).workers.reduce((sum, { invocations }) => sum + invocations, 0);
  const before = await ofWorkers();
  for (let each = 0; each < 150; each += 1)
    expect((await invoke(one, name, { each }, { LogType: 'None' })).payload).toEqual({ each });
  expect((await ofWorkers()) - before).toBe(50);
  one.destroy();
});

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
    // A new one goes to the worker that has fewest.
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

test('what is held is let go with its function, and a new one of that name has all of its own', async () => {
  const gate = await LoopbackGate.listen();
  try {
    const name = uniqueName();
    const make = async (): Promise<void> => {
      await deploy(server.lambda, name, { 'index.js': gate.handler("'through'") }, { Timeout: 300 });
      await server.lambda.send(
        new PutFunctionConcurrencyCommand({ FunctionName: name, ReservedConcurrentExecutions: 12 }),
      );
    };
    const throttled = { count: 0 };
    const one = async (): Promise<unknown> => {
      const answer = await attempt(name);
      if (answer === THROTTLED) throttled.count += 1;
      return answer;
    };
    const crowd = () => Promise.all(Array.from({ length: 100 }, one));
    const untilThrottled = async (expected: number): Promise<void> => {
      await eventually(
        async () => await Promise.resolve(throttled.count),
        (count) => count === expected,
        120_000,
      );
    };
    await make();
    const first = crowd();
    await beside(first, async () => {
      await gate.untilInside(12);
      await untilThrottled(88);
    });
    await server.lambda.send(new DeleteFunctionCommand({ FunctionName: name }));
    await expect(attempt(name)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await make();
    let third: Promise<unknown[]> | undefined;
    // Those that run for the old one hold nothing of the new one's.
    const second = crowd();
    await beside(second, async () => {
      await gate.untilInside(24);
      await untilThrottled(176);
      // Nor do they give back any of the new one's when they end.
      gate.letOut(12);
      await first;
      third = crowd();
      await untilThrottled(276);
    });
    gate.open();
    expect(await third).toEqual(Array(100).fill(THROTTLED));
    for (const answers of await Promise.all([first, second])) {
      expect(answers.filter((answer) => answer === 'through')).toHaveLength(12);
      expect(answers.filter((answer) => answer === THROTTLED)).toHaveLength(88);
    }
    expect(gate.most).toBe(24);
  } finally {
    await gate.close();
  }
}, 240_000);

test('a function that gets provisioned concurrency has it on connections that invoked it before', async () => {
  const FunctionName = uniqueName();
  const code = 'exports.handler = async () => process.env.AWS_LAMBDA_INITIALIZATION_TYPE;';
  await deploy(server.lambda, FunctionName, { 'index.js': code });
  const Qualifier = await publish(FunctionName);
  const client = new LambdaClient({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  for (let round = 0; round < 3; round += 1)
    expect(await attempt(FunctionName, Qualifier, client)).toBe('on-demand');
  const version = { FunctionName, Qualifier };
  await server.lambda.send(
    new PutProvisionedConcurrencyConfigCommand({ ...version, ProvisionedConcurrentExecutions: 1 }),
  );
  await eventually(
    async () => await server.lambda.send(new GetProvisionedConcurrencyConfigCommand(version)),
    ({ Status }) => Status === 'READY',
    60_000,
  );
  expect(await attempt(FunctionName, Qualifier, client)).toBe('provisioned-concurrency');
  client.destroy();
});

test('a client that waits before it sends a body is told to go on', async () => {
  const name = uniqueName();
  await deploy(server.lambda, name, { 'index.js': 'exports.handler = async (event) => event;' });
  const path = `/2015-03-31/functions/${name}/invocations`;
  const headers = { expect: '100-continue', 'content-length': 7 };
  const waiting = request(server.endpoint + path, { method: 'POST', headers, agent: false });
  waiting.once('continue', () => waiting.end('{"a":1}'));
  waiting.flushHeaders();
  const [response] = (await once(waiting, 'response')) as [IncomingMessage];
  expect(response.statusCode).toBe(200);
  expect(Buffer.concat(await response.toArray()).toString()).toBe('{"a":1}');
});

test('a request cut in two anywhere is one request', async () => {
  const name = uniqueName();
  await deploy(server.lambda, name, { 'index.js': 'exports.handler = async (event) => event;' });
  const body = JSON.stringify({ name });
  const text = `POST /2015-03-31/functions/${name}/invocations HTTP/1.1\r\nHost: h\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const { port } = new URL(server.endpoint);
  for (let cut = 1; cut < text.length; cut += 1) {
    const socket = connect({ port: Number(port), host: '127.0.0.1', noDelay: true });
    socket.write(text.slice(0, cut));
    await new Promise((resolve) => setImmediate(resolve));
    socket.write(text.slice(cut));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect([cut, answer.toString().split('\r\n').at(0)]).toEqual([cut, 'HTTP/1.1 200 OK']);
    socket.destroy();
  }
});

test('one after the other, over any connection, one unit is enough', async () => {
  const name = uniqueName();
  await deploy(server.lambda, name, { 'index.js': 'exports.handler = async () => "through";' });
  await server.lambda.send(
    new PutFunctionConcurrencyCommand({ FunctionName: name, ReservedConcurrentExecutions: 1 }),
  );
  const clients = Array.from({ length: 6 }, () => lambdaOf(server, '000000000000'));
  for (let round = 0; round < 10; round += 1) {
    for (const client of clients) expect(await attempt(name, undefined, client)).toBe('through');
    // A unit is good for ten requests per second.
    await fetch(`${server.endpoint}/_lambent/clock`, { method: 'POST', body: 'advanceMs=1000' });
  }
  for (const client of clients) client.destroy();
});
