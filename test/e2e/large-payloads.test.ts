import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { advanceClock, recordedRuns, sendEvent } from '../support/async-events.ts';
import { deploy, eventually, invoke } from '../support/functions.ts';
import { startServer, type TestServer } from '../support/server.ts';

const LARGEST_EVENT = 6_291_456;
const READ = 65_536;

let server: TestServer;
let many: LambdaClient;

beforeAll(async () => {
  server = await startServer();
  many = new LambdaClient({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler({ httpAgent: { maxSockets: 50 } }),
  });
});

afterAll(async () => {
  many.destroy();
  expect(await server.stop()).toBe(0);
});

/** Takes its events from the Runtime API: its module never finishes loading. Sends heads and bodies apart, mostly. */
const BY_RUNTIME_API = `
import { Agent, request } from 'node:http';
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const base = '/2018-06-01/runtime/invocation/';
const call = (method, path, body, apart) => new Promise((resolve, reject) => {
  const length = body === undefined ? {} : { 'Content-Length': body.length };
  const sent = request({ host, port, agent, method, path: base + path, headers: length }, async (answer) => {
    const parts = [];
    for await (const part of answer) parts.push(part);
    resolve({ id: answer.headers['lambda-runtime-aws-request-id'], body: Buffer.concat(parts) });
  });
  sent.on('error', reject);
  if (apart) sent.flushHeaders();
  setTimeout(() => sent.end(body), apart ? 1 : 0);
});
for (let turn = 0; ; turn += 1) {
  const { id, body } = await call('GET', 'next');
  await call('POST', id + '/response', body, turn % 3 > 0);
}`;

const ECHOES = {
  'nodejs24.x': { 'index.js': 'exports.handler = async (event) => event;' },
  'python3.12': { 'index.py': 'def handler(event, context):\n    return event\n' },
  'nodejs24.x by the Runtime API': { 'index.mjs': BY_RUNTIME_API },
} as const;

/** A JSON string of so many bytes, no two places of it alike. */
function eventOf(size: number, mark: string, filler = ''): string {
  let text = `${mark}:${filler}`;
  for (let word = 0; text.length < size; word += 1) text += `${word}${mark}`;
  const ascii = Buffer.byteLength(text) - text.length;
  return `"${text.slice(0, size - 2 - ascii)}"`;
}

async function echoed(name: string, payload: string): Promise<string> {
  const { Payload, FunctionError } = await many.send(
    new InvokeCommand({ FunctionName: name, Payload: payload }),
  );
  expect(FunctionError).toBeUndefined();
  return Payload?.transformToString() ?? '';
}

/** Not by a difference of megabytes. */
function expectSame(actual: string, expected: string): void {
  expect(actual.length).toBe(expected.length);
  expect(actual === expected).toBe(true);
}

describe.each(Object.entries(ECHOES))('%s', (runtime, files) => {
  const name = `echo-${runtime.replaceAll(/\W/g, '-')}`;

  test('payloads of all sizes around what is read at once come back as they went', async () => {
    await deploy(server.lambda, name, files, {
      Runtime: runtime.split(' ')[0] as 'nodejs24.x',
      MemorySize: 512,
      Timeout: 60,
    });
    const sizes = [1, 2, 3, 4].flatMap((reads) => [-1, 0, 1].map((more) => reads * READ + more));
    for (const size of [16_384, 16_385, READ - 300, ...sizes, 212_992, 1_000_003, LARGEST_EVENT]) {
      const event = eventOf(size, 'a');
      expectSame(await echoed(name, event), event);
    }
    const other = eventOf(300_000, 'b', 'ä€😀'.repeat(100));
    expect(JSON.parse(await echoed(name, other))).toBe(JSON.parse(other));
  }, 120_000);

  test('many at once, large and small, are not mixed up', async () => {
    const callers = Array.from({ length: 12 }, async (_, caller) => {
      for (let turn = 0; turn < 6; turn += 1) {
        const size = [200, 40_000, 256_000, 700_001, 90_000, 2_000_000][(caller + turn) % 6] ?? 0;
        const event = eventOf(size, `${caller}.${turn}`);
        expectSame(await echoed(name, event), event);
      }
    });
    await Promise.all(callers);
  }, 120_000);
});

test('a byte more than six megabytes is refused, whole or not, and JSON cut short is too', async () => {
  const send = async (payload: string): Promise<unknown> =>
    await many.send(new InvokeCommand({ FunctionName: 'echo-nodejs24-x', Payload: payload }));
  await expect(send(eventOf(LARGEST_EVENT + 1, 'c'))).rejects.toMatchObject({
    name: 'RequestTooLargeException',
    $metadata: { httpStatusCode: 413 },
  });
  await expect(send(eventOf(2_000_000, 'd').slice(0, -1))).rejects.toMatchObject({
    name: 'InvalidRequestContentException',
    $metadata: { httpStatusCode: 400 },
  });
});

/** Logs of an event what shows that all of it is there, then fails. */
const WEIGHER = `
exports.handler = async ({ text }) => {
  console.log('ran ' + JSON.stringify({ event: { length: text.length, end: text.slice(-9) }, id: '' }));
  throw new Error('again');
};`;

test('an event of a megabyte is all there for every attempt', async () => {
  await deploy(server.lambda, 'retried', { 'index.js': WEIGHER }, { MemorySize: 256 });
  await sendEvent(server.lambda, 'retried', { text: `${'y'.repeat(1_000_000)}123456789` });
  // The memory of what comes by the same way meanwhile must be other memory.
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    const seen = await eventually(
      async () => await recordedRuns(server, 'retried'),
      (runs) => runs.length >= attempt,
      60_000,
    );
    expect(seen.at(-1)?.event).toEqual({ length: 1_000_009, end: '123456789' });
    const event = eventOf(1_000_009, 'e');
    expectSame(await echoed('echo-nodejs24-x', event), event);
    await advanceClock(server, 10 * 60_000);
  }
}, 120_000);

const SLEEPER = `
exports.handler = async ({ sleepMs }) => await new Promise((resolve) => setTimeout(resolve, sleepMs, 'late'));`;

test('what was meant for a function that ended harms no other', async () => {
  await deploy(server.lambda, 'timed-out', { 'index.js': SLEEPER }, { Timeout: 1, MemorySize: 512 });
  const padding = 'p'.repeat(3_000_000);
  const late = Array.from(
    { length: 4 },
    async () => await invoke(many, 'timed-out', { sleepMs: 60_000, padding }),
  );
  for (let turn = 0; turn < 10; turn += 1) {
    const event = eventOf(1_500_000 + turn, 'f');
    expectSame(await echoed('echo-nodejs24-x', event), event);
  }
  for (const { payload } of await Promise.all(late)) {
    expect(payload).toMatchObject({ errorType: 'Sandbox.Timedout' });
  }
}, 120_000);
