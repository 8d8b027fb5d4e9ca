import { connect } from 'node:net';
import { availableParallelism } from 'node:os';
import { PutFunctionConcurrencyCommand } from '@aws-sdk/client-lambda';
import { afterEach, expect, test } from 'vitest';
import { beside } from '../support/beside.ts';
import { Crowd, crowdClient } from '../support/crowd.ts';
import { deploy, eventually, invoke } from '../support/functions.ts';
import { uniqueName } from '../support/lambda-requests.ts';
import { LoopbackGate } from '../support/loopback-gate.ts';
import { chanceOf, pipeline } from '../support/pipelines.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { SteadyLoad } from '../support/steady-load.ts';
import { health, untilWorkers } from '../support/workers.ts';

const most = Math.min(4, availableParallelism() - 1);
const none = most < 2 ? 'this machine has too few processors for workers' : undefined;
if (none !== undefined) process.stderr.write(`skipped: ${none}\n`);

const ECHO = { 'index.js': 'exports.handler = async (event) => event;' };
const CONNECTIONS = 32;
/** Between a connection's requests. */
const LIGHT_MS = 500;
const LIGHTEST_MS = 5_000;
/** A machine that many share takes its time. */
const WITHIN_MS = 120_000;

const servers: TestServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) expect(await server.stop()).toBe(0);
});

async function start(): Promise<TestServer> {
  // The usual 1,000 would admit no more than 10,000 requests per second.
  const flags = ['--workers', 'auto', '--concurrency', '100000', '--isolation', 'process'];
  const server = await startServer({ flags: [...flags, '--workers-idle-seconds', '2'] });
  servers.push(server);
  return server;
}

/** Resolves when workers answer what came to the main process before. */
async function untilWorkersAnswer(server: TestServer): Promise<void> {
  await eventually(
    async () => await health(server),
    ({ workers }) => workers.length >= 2 && workers.every(({ invocations }) => invocations > 100),
    WITHIN_MS,
  );
}

/**
 * Makes the load lighter and lighter, since what is light is the machine's to say, until all workers have been told to end
 * so often. That is printed; to ask for it would be a load as well.
 */
async function lighten(load: SteadyLoad, server: TestServer, times: number): Promise<void> {
  load.pauseMs = LIGHT_MS;
  await eventually(
    async () => {
      load.pauseMs = Math.min(load.pauseMs * 1.01, LIGHTEST_MS);
      return await Promise.resolve(server.output().split('so that there are 0 of').length - 1);
    },
    (ends) => ends >= times,
    WITHIN_MS,
  );
  load.pauseMs = LIGHT_MS;
}

/** Requests of all forms, on connections of their own, until it is over; seldom while the load is light. */
async function pipelines(server: TestServer, load: SteadyLoad, life: { isOver: boolean }): Promise<string[]> {
  const seed = Date.now();
  const chance = chanceOf(seed);
  const port = Number(new URL(server.endpoint).port);
  const { name } = load;
  for (let index = 0; !life.isOver; index += 1) {
    await new Promise((resolve) => setTimeout(resolve, load.pauseMs));
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const problem = await pipeline(socket, name, `${name}-${index}`, chanceOf(chance(2 ** 32)));
    if (problem !== undefined) return [`seed ${seed}: ${problem}`];
  }
  return [];
}

test.skipIf(none)(
  'load brings workers, idleness ends them, and every request has its own answer on connections that stay',
  { timeout: 600_000 },
  async () => {
    const server = await start();
    const name = uniqueName();
    await deploy(server.lambda, name, ECHO);
    for (let nonce = 0; nonce < 500; nonce += 1)
      expect((await invoke(server.lambda, name, { nonce })).payload).toEqual({ nonce });
    // One after the other there is nothing to share out.
    expect(await health(server)).toMatchObject({ workersAtMost: most, workers: [] });
    const load = new SteadyLoad(server.endpoint, name);
    const life = { isOver: false };
    const others = Array.from({ length: 3 }, async () => await pipelines(server, load, life));
    load.begin(CONNECTIONS);
    try {
      for (let round = 0; round < 2; round += 1) {
        load.pauseMs = 0;
        await untilWorkersAnswer(server);
        await lighten(load, server, round + 1);
        await untilWorkers(server, 0, WITHIN_MS);
        const { answered } = load;
        await eventually(
          async () => await Promise.resolve(load.answered),
          (now) => now > answered + 2 * CONNECTIONS,
          60_000,
        );
      }
    } finally {
      life.isOver = true;
    }
    const problems = (await Promise.all(others)).flat();
    await load.end();
    expect([...problems, ...load.problems]).toEqual([]);
    // Also those that workers had accepted which have ended.
    expect((await health(server)).invocations).toBeGreaterThanOrEqual(500 + load.answered);
    const log = server.output();
    expect(log).toMatch(
      /Workers: 2 started, .* the main process was busy \d+% of the time, with \d+ invokes a second on \d+/,
    );
    expect(log).toMatch(/Workers: \d ended, so that there are 0 of at most \d: for \d+ s all \d together/);
  },
);

const THROTTLED = 'ReservedFunctionConcurrentInvocationLimitExceeded';
const RESERVED = 50;

test.skipIf(none)(
  'a reservation of 50 is exact while workers come, serve and go',
  { timeout: 600_000 },
  async () => {
    const server = await start();
    const gates = [await LoopbackGate.listen(), await LoopbackGate.listen()] as const;
    const many = crowdClient(server);
    const load = new SteadyLoad(server.endpoint, uniqueName());
    await deploy(server.lambda, load.name, ECHO);
    const crowd = (name: string, count: number): Crowd => new Crowd(many, name, count);
    try {
      const names = await Promise.all(gates.map(async (gate) => await limited(server, gate)));
      const [early = '', late = ''] = names;
      // In the main process.
      const before = crowd(early, 70);
      await beside(before.all, async () => {
        await gates[0].untilInside(RESERVED);
        await before.until(20, THROTTLED);
        load.begin(CONNECTIONS);
        await untilWorkersAnswer(server);
      });
      // To workers, while the main process has all units.
      const between = crowd(early, 30);
      await between.all;
      expect(between.answers).toEqual(Array.from({ length: 30 }, () => THROTTLED));
      // In workers, which are then to end.
      const during = crowd(late, 70);
      await beside(during.all, async () => {
        await gates[1].untilInside(RESERVED);
        await during.until(20, THROTTLED);
        await lighten(load, server, 1);
      });
      const after = crowd(late, 30);
      await after.all;
      expect(after.answers).toEqual(Array.from({ length: 30 }, () => THROTTLED));
      for (const gate of gates) gate.open();
      for (const { all, answers } of [before, during]) {
        await all;
        expect(answers.filter((answer) => answer === 'through')).toHaveLength(RESERVED);
      }
      for (const gate of gates) expect(gate.most).toBe(RESERVED);
      await untilWorkers(server, 0, WITHIN_MS);
      // All units are the main process's again.
      const again = crowd(late, RESERVED);
      await again.all;
      expect(again.answers.filter((answer) => answer === 'through')).toHaveLength(RESERVED);
      await load.end();
      expect(load.problems).toEqual([]);
    } finally {
      many.destroy();
      for (const gate of gates) await gate.close();
    }
  },
);

async function limited({ lambda }: TestServer, gate: LoopbackGate): Promise<string> {
  const FunctionName = uniqueName();
  await deploy(lambda, FunctionName, { 'index.js': gate.handler("'through'") }, { Timeout: 300 });
  const ReservedConcurrentExecutions = RESERVED;
  await lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions }));
  return FunctionName;
}
