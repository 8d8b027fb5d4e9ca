import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { available } from '../support/commands.ts';
import { deploy, eventually, invoke } from '../support/functions.ts';
import { uniqueName } from '../support/lambda-requests.ts';
import { startServer, type TestServer } from '../support/server.ts';

const has = process.platform === 'linux' && available('prlimit', '--version');
if (!has) process.stderr.write('skipped: only prlimit on Linux changes limits of a process that runs\n');

let server: TestServer;
beforeEach(async () => {
  server = await startServer({ flags: ['--isolation', 'process', '--workers', '1', '--prepared', '0'] });
});
afterEach(async () => {
  expect(await server.stop()).toBe(0);
});

const CODE = { 'index.js': 'exports.handler = async (event) => event;' };

/** Lets the server open so many files more, and no others. */
function leave(files: number): void {
  const { pid = 0 } = server.process;
  const open = new Set(readdirSync(`/proc/${pid}/fd`).map(Number));
  let limit = 0;
  for (let free = 0; free < files || open.has(limit); limit += 1) if (!open.has(limit)) free += 1;
  execFileSync('prlimit', ['--pid', String(pid), `--nofile=${limit}:`]);
}

test.skipIf(!has)(
  'a function that cannot be started for want of files is not blamed for it',
  { timeout: 240_000 },
  async () => {
    const names = Array.from({ length: 8 }, uniqueName);
    for (const name of names) await deploy(server.lambda, name, CODE);
    const outcomes: unknown[] = [];
    for (const [files, name] of names.entries()) {
      leave(files);
      const command = new InvokeCommand({ FunctionName: name, Payload: '{}' });
      outcomes.push(
        await server.lambda.send(command).then(
          ({ FunctionError, Payload }) => `${FunctionError ?? 'answered'} ${Payload?.transformToString()}`,
          (error: Error) => error.name,
        ),
      );
    }
    expect(outcomes).toContain('ServiceException');
    expect(outcomes.filter((outcome) => outcome !== 'ServiceException' && outcome !== 'answered {}')).toEqual(
      [],
    );
    leave(1000);
    for (const name of names)
      await eventually(
        async () => await invoke(server.lambda, name, { now: 'there' }),
        ({ payload }) => JSON.stringify(payload) === '{"now":"there"}',
      );
  },
);

test.skipIf(!has)(
  'functions that nobody uses make room where there are files for few, and the platform keeps some for itself',
  { timeout: 240_000 },
  async () => {
    const names = Array.from({ length: 60 }, uniqueName);
    for (const name of names) await deploy(server.lambda, name, CODE);
    leave(200);
    for (const name of [...names, ...names.slice(0, 8)])
      expect(await invoke(server.lambda, name, { now: name })).toMatchObject({ payload: { now: name } });
    const health = await fetch(`${server.endpoint}/_lambent/health`);
    const { environments, warnings } = (await health.json()) as {
      environments: { idle: number };
      warnings: string[];
    };
    expect(environments.idle).toBeGreaterThan(4);
    expect(environments.idle).toBeLessThan(names.length);
    expect(warnings).toEqual([expect.stringContaining('may open too few files')]);
    expect(readdirSync(`/proc/${server.process.pid}/fd`).length).toBeLessThan(200);
  },
);
