import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { InvokeCommand, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { afterEach, expect, test, vi } from 'vitest';
import { beside } from '../support/beside.ts';
import { run } from '../support/commands.ts';
import { deploy, eventually, invoke } from '../support/functions.ts';
import { LoopbackGate } from '../support/loopback-gate.ts';
import { startServer, temporaryDirectory } from '../support/server.ts';
import { untilDeaf } from '../support/until-deaf.ts';

/** Servers are started in the tests themselves, which takes its time where much else goes on. */
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const LAUNCHER = join(import.meta.dirname, '../../bin/lambent.mjs');
const cleanUp: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo();
});

async function folder(): Promise<string> {
  const made = await temporaryDirectory();
  cleanUp.push(async () => await made.remove());
  return made.path;
}

const start = async (...flags: string[]): ReturnType<typeof run> =>
  await run(process.execPath, [LAUNCHER, 'start', ...flags], { timeoutMs: 100_000 });

test('everything is still there after a restart', async () => {
  const dataDir = await folder();
  const first = await startServer({ dataDir });
  await deploy(
    first.lambda,
    'kept',
    { 'index.js': 'exports.handler = async () => "kept";' },
    { Tags: { a: 'b' } },
  );
  await invoke(first.lambda, 'kept');
  expect(await first.stop()).toBe(0);
  const second = await startServer({ dataDir });
  cleanUp.push(async () => await second.stop());
  expect((await invoke(second.lambda, 'kept')).payload).toBe('kept');
  const listed = await second.lambda.send(new ListFunctionsCommand({}));
  expect(listed.Functions?.map((found) => found.FunctionName)).toEqual(['kept']);
});

test('health tells what is running', async () => {
  const server = await startServer();
  cleanUp.push(async () => await server.stop());
  const answer = await fetch(`${server.endpoint}/_lambent/health`);
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({
    status: 'running',
    version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    uptimeMs: expect.any(Number),
    isolation: expect.stringMatching(/^(process|namespace|gvisor)$/),
    isolationReason: expect.stringMatching(/./),
    store: expect.any(String),
    functions: 0,
    environments: { starting: 0, idle: 0, busy: 0 },
  });
});

test('SIGTERM lets a running invocation finish, then exits 0', async () => {
  const server = await startServer({ flags: ['--isolation', 'process'] });
  const gate = await LoopbackGate.listen();
  cleanUp.push(async () => await gate.close());
  await deploy(server.lambda, 'slow', { 'index.js': gate.handler('"done"') }, { Timeout: 60 });
  const running = server.lambda.send(new InvokeCommand({ FunctionName: 'slow' }));
  await beside(running, async () => await gate.untilInside(1));
  const exited = once(server.process, 'exit');
  server.process.kill('SIGTERM');
  await beside(running, async () => await untilDeaf(server));
  gate.open();
  expect((await running).Payload?.transformToString()).toBe('"done"');
  expect(await exited).toEqual([0, null]);
});

test('a second SIGTERM leaves at once, and nothing it started stays behind', async () => {
  const server = await startServer();
  const index = 'exports.handler = async () => await new Promise((r) => setTimeout(r, 600_000));';
  await deploy(server.lambda, 'stuck', { 'index.js': index }, { Timeout: 900 });
  const running = server.lambda.send(new InvokeCommand({ FunctionName: 'stuck' })).catch(() => undefined);
  await busy(server.endpoint);
  const exited = once(server.process, 'exit');
  server.process.kill('SIGTERM');
  await untilDeaf(server);
  const heardAt = performance.now();
  // Two within a tenth of a second would count as one.
  await eventually(
    async () => await Promise.resolve(performance.now() - heardAt),
    (elapsedMs) => elapsedMs > 200,
  );
  server.process.kill('SIGTERM');
  expect((await exited)[0]).toBe(1);
  await running;
});

test('a busy port, a data directory in use, one that cannot be written and a bad flag are one line each', {
  timeout: 240_000,
}, async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  cleanUp.push(async () => other.close());
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? String(address.port) : '';
  // What this machine's isolation does not hold has been said by then.
  const busyPort = await start('--ephemeral', '--port', port, '--log-level', 'error');
  expect(busyPort.code).toBe(1);
  expect(busyPort.stderr).toMatch(new RegExp(`^lambent: .*${port}.*--port.*\\n$`));

  const dataDir = await folder();
  const holder = await startServer({ dataDir });
  cleanUp.push(async () => await holder.stop());
  const inUse = await start('--port', '0', '--data-dir', dataDir);
  expect(inUse.code).toBe(1);
  expect(inUse.stderr).toMatch(new RegExp(`^lambent: .*${holder.process.pid}.*\\n$`));

  const file = join(await folder(), 'file');
  await writeFile(file, '');
  const unwritable = await start('--port', '0', '--data-dir', join(file, 'below'));
  expect(unwritable.code).toBe(1);
  expect(unwritable.stderr).toMatch(/^lambent: .*\n$/);

  const badFlag = await start('--isolation', 'docker');
  expect(badFlag.code).toBe(1);
  expect(badFlag.stderr).toMatch(/^lambent: .*isolation.*\n$/);
});

test.skipIf(process.getuid?.() === 0)('a read-only data directory is refused in one line', async () => {
  const dataDir = join(await folder(), 'locked');
  await mkdir(dataDir);
  await chmod(dataDir, 0o500);
  const refused = await start('--port', '0', '--data-dir', dataDir);
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/^lambent: .*\n$/) });
});

test('reset empties everything and is refused where it was not allowed', async () => {
  const server = await startServer();
  cleanUp.push(async () => await server.stop());
  const mark = `mark-${server.process.pid}`;
  await deploy(server.lambda, 'gone', {
    'index.js': `require('node:child_process').spawn('/bin/sh', ['-c', 'sleep 300; true', '${mark}']);
exports.handler = async () => 'here';`,
  });
  await invoke(server.lambda, 'gone');
  expect(spawnSync('pgrep', ['-f', mark]).status).toBe(0);
  expect((await fetch(`${server.endpoint}/_lambent/reset`, { method: 'POST' })).status).toBe(200);
  expect((await server.lambda.send(new ListFunctionsCommand({}))).Functions).toEqual([]);
  await eventually(
    async () => spawnSync('pgrep', ['-f', mark]).status,
    (status) => status !== 0,
  );
  await deploy(server.lambda, 'gone', { 'index.js': 'exports.handler = async () => "again";' });
  expect((await invoke(server.lambda, 'gone')).payload).toBe('again');
});

async function busy(endpoint: string): Promise<void> {
  const count = async (): Promise<number> =>
    ((await (await fetch(`${endpoint}/_lambent/health`)).json()) as { environments: { busy: number } })
      .environments.busy;
  await eventually(count, (running) => running > 0);
}
