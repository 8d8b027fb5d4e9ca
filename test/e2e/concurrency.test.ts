import { type LambdaClient, UpdateFunctionCodeCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { beside } from '../support/beside.ts';
import { crowdClient } from '../support/crowd.ts';
import { deploy, eventually, invoke, untilUpdated } from '../support/functions.ts';
import { together, UNTIL_OPEN } from '../support/overlap.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { zipOf } from '../support/zip.ts';

let server: TestServer;
let many: LambdaClient;

beforeAll(async () => {
  server = await startServer();
  many = crowdClient(server);
});

afterAll(async () => {
  many.destroy();
  expect(await server.stop()).toBe(0);
});

const sleeper = (answer: string, ms = 600): string => `
exports.handler = async () => {
  await new Promise((resolve) => setTimeout(resolve, ${ms}));
  return { answer: '${answer}', pid: process.pid };
};`;

async function busy(): Promise<number> {
  const health = await (await fetch(`${server.endpoint}/_lambent/health`)).json();
  return (health as { environments: { busy: number } }).environments.busy;
}

interface Slept {
  readonly answer: string;
  readonly pid: number;
}

test('200 concurrent invokes run side by side in environments of their own', async () => {
  // For so long that a busy machine, too, has started many before the first is done.
  await deploy(server.lambda, 'sleeper', { 'index.js': sleeper('old', 4000) }, { Timeout: 60 });
  const running = Promise.all(Array.from({ length: 200 }, async () => await invoke(many, 'sleeper')));
  const busiest = await beside(running, async () => await eventually(busy, (now) => now > 20, 60_000));
  expect(busiest).toBeGreaterThan(20);
  const answers = await running;
  expect(answers.filter((answer) => (answer.payload as Slept).answer === 'old')).toHaveLength(200);
}, 120_000);

test('a code update in the middle loses no invoke, and the new code follows', async () => {
  await deploy(server.lambda, 'swapped', { 'index.js': sleeper('old') }, { Timeout: 60 });
  const code = await zipOf({ 'index.js': sleeper('new') });
  const hundred = async () =>
    await Promise.all(Array.from({ length: 100 }, async () => await invoke(many, 'swapped')));
  const running = hundred();
  await beside(
    running,
    async () =>
      await server.lambda.send(new UpdateFunctionCodeCommand({ FunctionName: 'swapped', ZipFile: code })),
  );
  const during = hundred();
  const answers = (await Promise.all([running, during]))
    .flat()
    .map((answer) => (answer.payload as Slept).answer);
  expect(answers.filter((answer) => answer === 'old' || answer === 'new')).toHaveLength(200);
  await untilUpdated(server.lambda, 'swapped');
  expect((await invoke(many, 'swapped')).payload).toMatchObject({ answer: 'new' });
}, 120_000);

test('an environment is used again, keeps /tmp, and serves one invocation at a time', async () => {
  const code = `${UNTIL_OPEN}
const fs = require('fs'), path = require('path'), os = require('os');
let running = 0;
const life = Math.random();
exports.handler = async ({ gate }, { invokedFunctionArn }) => {
  running += 1;
  const seen = running;
  const file = path.join(os.tmpdir(), 'count');
  const count = (fs.existsSync(file) ? Number(fs.readFileSync(file, 'utf8')) : 0) + 1;
  fs.writeFileSync(file, String(count));
  await untilOpen(gate, invokedFunctionArn);
  running -= 1;
  return { seen, count, life };
};`;
  await deploy(server.lambda, 'reused', { 'index.js': code }, { Timeout: 60 });
  const first = (await invoke(server.lambda, 'reused')).payload as { life: number };
  expect((await invoke(server.lambda, 'reused')).payload).toEqual({ seen: 1, count: 2, life: first.life });
  const all = await together(server, 'reused', 4, async (event) => await invoke(many, 'reused', event));
  const results = all.map((answer) => answer.payload as { seen: number; life: number });
  expect(new Set(results.map((result) => result.seen))).toEqual(new Set([1]));
  expect(new Set(results.map((result) => result.life)).size).toBe(4);
}, 120_000);

test('idle environments go when platform time has moved on', async () => {
  await deploy(server.lambda, 'idler', {
    'index.js': 'const life = Math.random(); exports.handler = async () => life;',
  });
  const before = (await invoke(server.lambda, 'idler')).payload;
  const environments = async (): Promise<{ starting: number; idle: number; busy: number }> =>
    (
      (await (await fetch(`${server.endpoint}/_lambent/health`)).json()) as {
        environments: { starting: number; idle: number; busy: number };
      }
    ).environments;
  expect((await environments()).idle).toBeGreaterThan(0);
  const advanced = await fetch(`${server.endpoint}/_lambent/clock`, {
    method: 'POST',
    body: new URLSearchParams({ advanceMs: String(2 * 3_600_000) }),
  });
  expect(advanced.status).toBe(200);
  await eventually(environments, ({ idle }) => idle === 0);
  expect((await invoke(server.lambda, 'idler')).payload).not.toBe(before);
});
