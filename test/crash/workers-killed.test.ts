import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { InvokeCommand, LambdaClient, PutFunctionConcurrencyCommand } from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { levels } from '../security/levels.ts';
import { deploy, eventually } from '../support/functions.ts';
import { uniqueName } from '../support/lambda-requests.ts';
import { openGate, UNTIL_OPEN } from '../support/overlap.ts';
import { startServer, temporaryDirectory, type TestServer } from '../support/server.ts';
import { SteadyLoad } from '../support/steady-load.ts';
import { tracesOf } from '../support/traces.ts';
import { health, untilWorkers } from '../support/workers.ts';

const WORKERS = 3;
const COMPILE_CACHE = 'node-compile-cache';
const ISOLATIONS = [
  'process',
  ...levels.filter(({ missing }) => missing === undefined).map(({ name }) => name),
];
const CODE = {
  'index.js': `${UNTIL_OPEN}
exports.handler = async ({ gate }, { invokedFunctionArn }) => {
  await untilOpen(gate, invokedFunctionArn);
  return process.env.AWS_LAMBDA_LOG_STREAM_NAME;
};`,
};

describe.skipIf(process.platform !== 'linux').each(ISOLATIONS)(
  'workers at the level %s',
  { timeout: 300_000 },
  (isolation) => {
    const name = `killed-${randomUUID()}`;
    let folder: Awaited<ReturnType<typeof temporaryDirectory>>;
    let temporary: string;
    let server: TestServer;

    beforeEach(async () => {
      folder = await temporaryDirectory();
      temporary = join(folder.path, 'tmp');
      await mkdir(temporary);
      server = await startServer({
        dataDir: join(folder.path, 'data'),
        flags: ['--workers', String(WORKERS), '--isolation', isolation],
        env: { TMPDIR: temporary },
      });
      await untilWorkers(server, WORKERS);
      await deploy(server.lambda, name, CODE, { Timeout: 60 });
    }, 180_000);
    afterEach(async () => {
      const pids = (await health(server).catch(() => ({ workers: [] }))).workers.map(({ pid }) => pid);
      await server.kill();
      await eventually(
        async () => await Promise.resolve(livingOf(pids)),
        (living) => living.length === 0,
        60_000,
      );
      await folder.remove();
    }, 120_000);

    const client = (): LambdaClient =>
      new LambdaClient({
        endpoint: server.endpoint,
        region: 'us-east-1',
        credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
        maxAttempts: 1,
      });
    const FunctionArn = `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
    const call = async (caller: LambdaClient, event: { gate?: string }): Promise<string | undefined> => {
      const command = new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(event) });
      const answer = await caller.send(command).catch(() => undefined);
      return answer?.Payload?.transformToString();
    };

    test('one that is killed takes nothing along but its own, and another takes its place', async () => {
      await server.lambda.send(
        new PutFunctionConcurrencyCommand({ FunctionName: name, ReservedConcurrentExecutions: 6 }),
      );
      // Each goes to the worker that has fewest, and stays there.
      const callers = Array.from({ length: 6 }, client);
      for (const caller of callers) await call(caller, {});
      const gate = uniqueName('gate');
      let ended = 0;
      const running = callers.map(async (caller) => {
        const answer = await call(caller, { gate });
        ended += 1;
        return answer;
      });
      const { workers, invocations } = await eventually(
        async () => await health(server),
        (now) =>
          now.environments.busy === 6 && now.workers.every(({ environments }) => environments.busy === 2),
        60_000,
      );
      process.kill(workers[1]?.pid ?? 0, 'SIGKILL');
      await eventually(
        async () => await Promise.resolve(ended),
        (count) => count === 2,
      );
      await openGate(server, FunctionArn, gate);
      const answers = await Promise.all(running);
      expect(answers.filter((answer) => answer === undefined)).toHaveLength(2);
      const after = await untilWorkers(server, WORKERS);
      expect(
        after.map(({ pid }) => pid).filter((pid) => workers.some((old) => old.pid === pid)),
      ).toHaveLength(2);
      // Those of the killed one are no less accepted.
      expect((await health(server)).invocations).toBe(invocations);
      // All six units are there again: what the killed one held came back.
      const others = Array.from({ length: 6 }, client);
      const last = uniqueName('gate');
      const again = Promise.all(others.map(async (caller) => await call(caller, { gate: last })));
      await eventually(
        async () => (await health(server)).environments.busy,
        (busy) => busy === 6,
        60_000,
      );
      await openGate(server, FunctionArn, last);
      expect((await again).filter((answer) => answer !== undefined)).toHaveLength(6);
      for (const caller of [...callers, ...others]) caller.destroy();
    });

    test('who was on his way to one that is stuck does not wait for ever', async () => {
      const { workers } = await health(server);
      for (const { pid } of workers) process.kill(pid, 'SIGSTOP');
      const { port } = new URL(server.endpoint);
      const waiting = Array.from({ length: 12 }, async () => {
        const socket = connect(Number(port), '127.0.0.1');
        const told = new Promise((resolve) => socket.once('data', resolve).once('close', resolve));
        socket.on('error', () => undefined);
        socket.write(`POST /2015-03-31/functions/${name}/invocations HTTP/1.1\r\nHost: h\r\n\r\n`);
        await new Promise((resolve) => socket.once('connect', resolve));
        return async () => {
          await told;
          socket.destroy();
        };
      });
      const ends = await Promise.all(waiting);
      for (const { pid } of workers) process.kill(pid, 'SIGKILL');
      // Closed, or answered by who was not stuck.
      await Promise.all(ends.map(async (end) => await end()));
      await untilWorkers(server, WORKERS);
    });

    test('nothing of them is left when the main process is killed', async () => {
      const callers = Array.from({ length: 6 }, client);
      void Promise.all(callers.map(async (caller) => await call(caller, { gate: 'closed' })));
      const { workers } = await eventually(
        async () => await health(server),
        (now) => now.environments.busy === 6,
        60_000,
      );
      const pids = [server.process.pid ?? 0, ...workers.map(({ pid }) => pid)];
      await server.kill();
      await eventually(
        async () => await Promise.resolve([...tracesOf([folder.path, name], pids), ...livingOf(pids)]),
        (left) => left.length === 0,
        60_000,
      );
      for (const caller of callers) caller.destroy();
      // The next start finds nothing in its way, and clears what files are left.
      server = await startServer({
        dataDir: join(folder.path, 'data'),
        flags: ['--workers', String(WORKERS), '--isolation', isolation],
        env: { TMPDIR: temporary },
      });
      await untilWorkers(server, WORKERS);
      expect(await call(client(), {})).toBeDefined();
      expect(await server.stop()).toBe(0);
      await eventually(
        async () => await Promise.resolve(readdirSync(temporary).filter((entry) => entry !== COMPILE_CACHE)),
        (left) => left.length === 0,
        60_000,
      );
    });
  },
);

const few = availableParallelism() < 3;
if (few)
  process.stderr.write('skipped: this machine has too few processors for workers that come by themselves\n');

test.skipIf(few || process.platform !== 'linux')(
  'a worker that is killed as it comes takes only its own along, and load has another come',
  { timeout: 300_000 },
  async () => {
    const flags = ['--workers', 'auto', '--concurrency', '100000', '--isolation', 'process'];
    const server = await startServer({ flags });
    const load = new SteadyLoad(server.endpoint, `killed-${randomUUID()}`);
    const more = new SteadyLoad(server.endpoint, load.name);
    try {
      await deploy(server.lambda, load.name, { 'index.js': 'exports.handler = async (event) => event;' });
      load.begin(32);
      const { workers } = await eventually(
        async () => await health(server),
        (now) => now.workers.length > 0,
        120_000,
      );
      const [first] = workers;
      process.kill(first?.pid ?? 0, 'SIGKILL');
      const untilOthers = async (least: number): Promise<unknown> =>
        await eventually(
          // Asked by a connection that the killed one had, it fails.
          async () => await health(server).catch(() => undefined),
          (now) =>
            (now?.workers.length ?? 0) >= least &&
            now?.workers.every(({ pid }) => pid !== first?.pid) === true,
          120_000,
        );
      await untilOthers(0);
      // It may have been given all there were.
      more.begin(32);
      await untilOthers(2);
      // Who was elsewhere, or has come since, has not noticed.
      const lost = load.problems.filter((problem) => problem.includes('closed'));
      const { answered } = more;
      await eventually(
        async () => await Promise.resolve(more.answered),
        (now) => now > answered + 1000,
        60_000,
      );
      expect(load.problems.filter((problem) => problem.includes('HTTP/1.1'))).toEqual([]);
      await Promise.all([load.end(), more.end()]);
      expect(load.problems.filter((problem) => problem.includes('closed'))).toEqual(lost);
      expect(more.problems).toEqual([]);
    } finally {
      await server.stop();
    }
  },
);

function livingOf(pids: readonly number[]): number[] {
  return pids.filter((pid) => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  });
}
