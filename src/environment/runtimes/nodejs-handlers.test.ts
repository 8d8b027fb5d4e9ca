import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { availableRuntimes, endFunctions, removeEverything, startFunction } from './testing/functions.ts';
import { nextRequestId } from './testing/runtime-process.ts';

const runtimes = await availableRuntimes(['nodejs20.x', 'nodejs22.x', 'nodejs24.x']);

afterEach(endFunctions);
afterAll(removeEverything);

describe.each(runtimes)('$id', (runtime) => {
  const start = async (
    handler: string,
    files: Record<string, string>,
    variables: Record<string, string> = {},
  ) => {
    const process = startFunction(runtime, handler, files, variables);
    expect(await process.initialised()).toMatchObject({ kind: 'ready', logs: [] });
    return process;
  };
  const echo = 'exports.handler = async (event) => event;';

  test('answers one event after another in the same process', async () => {
    const process = await start('index.handler', {
      'index.js': 'let n = 0; exports.handler = async (event) => ({ n: ++n, event });',
    });
    for (const n of [1, 2, 3]) {
      const requestId = nextRequestId();
      const outcome = await process.invoke({ text: 'grüße 🎈', list: [n] }, { requestId });
      expect(outcome).toMatchObject({ kind: 'response', requestId, logs: [] });
      expect(JSON.parse(outcome.text)).toEqual({ n, event: { text: 'grüße 🎈', list: [n] } });
    }
  });

  test('takes and gives payloads larger than its buffers', async () => {
    const process = await start('index.handler', { 'index.js': echo });
    for (const size of [10, 65_000, 65_536, 200_000, 6_200_000, 10]) {
      const event = 'ä'.repeat(size / 2);
      const outcome = await process.invoke(event);
      expect(outcome.kind).toBe('response');
      expect(JSON.parse(outcome.text) === event).toBe(true);
    }
  });

  test.each([
    ['dir/file.handler', { 'dir/file.js': echo }],
    ['file.nested.deep', { 'file.js': 'exports.nested = { deep: async (event) => event };' }],
    ['index.handler', { 'index.cjs': echo }],
    ['index.handler', { 'index.mjs': 'export const handler = async (event) => event;' }],
    [
      'index.handler',
      {
        'index.mjs':
          'const ready = await Promise.resolve(1); export const handler = async (e) => ready && e;',
      },
    ],
    [
      'lib/app.handler',
      { 'lib/app.js': 'export const handler = async (event) => event;', 'package.json': '{"type":"module"}' },
    ],
    ['index.handler', { 'index.mjs': 'export default { handler: async (event) => event };' }],
    ['index.handler', { 'index/index.js': echo, 'package.json': '{}', 'node_modules/index/index.js': echo }],
  ])('finds %s in %j', async (handler, files) => {
    const process = await start(handler, files);
    expect(await process.invoke(7)).toMatchObject({ kind: 'response', text: '7' });
  });

  test('gives the context of AWS', async () => {
    const process = await start('index.handler', {
      'index.js': `exports.handler = async (event, context) => {
        const { getRemainingTimeInMillis } = context;
        return { ...context, remaining: getRemainingTimeInMillis(), trace: process.env._X_AMZN_TRACE_ID };
      };`,
    });
    const requestId = nextRequestId();
    const outcome = await process.invoke(
      {},
      {
        requestId,
        deadlineMs: Date.now() + 60_000,
        traceId: 'Root=1-2-3',
        clientContext: '{"client":{"installation_id":"i"},"custom":{"a":"b"}}',
        cognitoIdentity: '{"cognitoIdentityId":"id","cognitoIdentityPoolId":"pool"}',
      },
    );
    const context = JSON.parse(outcome.text);
    expect(context).toMatchObject({
      functionName: 'f',
      functionVersion: '$LATEST',
      memoryLimitInMB: '128',
      logGroupName: '/aws/lambda/f',
      logStreamName: '2026/01/31/[$LATEST]0123456789abcdef0123456789abcdef',
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:f',
      awsRequestId: requestId,
      clientContext: { client: { installation_id: 'i' }, custom: { a: 'b' } },
      identity: { cognitoIdentityId: 'id', cognitoIdentityPoolId: 'pool' },
      trace: 'Root=1-2-3',
    });
    expect(context.remaining).toBeGreaterThan(0);
    expect(context.remaining).toBeLessThanOrEqual(60_000);
    const without = JSON.parse((await process.invoke({})).text);
    expect(without).not.toHaveProperty('trace');
    expect(without).not.toHaveProperty('clientContext');
  });

  test.each([
    ['undefined', 'null'],
    ['null', 'null'],
    ['() => 1', 'null'],
    ['"text"', '"text"'],
    ['new Date(0)', '"1970-01-01T00:00:00.000Z"'],
  ])('returns %s as %s', async (value, text) => {
    const process = await start('index.handler', { 'index.js': `exports.handler = async () => (${value});` });
    expect(await process.invoke({})).toMatchObject({ kind: 'response', text });
  });

  test('stops what it started while it waits, and goes on with the next event', async () => {
    const process = await start('index.handler', {
      'index.js': `let ticks = 0;
        exports.handler = async ({ begin }) => {
          if (begin) setInterval(() => { ticks += 1; }, 1);
          else await new Promise((resolve) => setTimeout(resolve, 20));
          return { ticks };
        };`,
    });
    expect((await process.invoke({ begin: true })).text).toBe('{"ticks":0}');
    expect(JSON.parse((await process.invoke({ begin: false })).text).ticks).toBeGreaterThan(0);
  });

  test('leaves on SHUTDOWN and when the platform hangs up', async () => {
    const first = await start('index.handler', {
      'index.js': `process.on('exit', () => { for (;;); }); ${echo}`,
    });
    first.shutdown();
    expect(await first.exited()).toEqual({ code: 0, signal: null });
    const second = await start('index.handler', { 'index.js': echo });
    second.hangUp();
    expect(await second.exited()).toEqual({ code: 0, signal: null });
  });

  test('exits as the handler says', async () => {
    const process = await start('index.handler', {
      'index.js': 'exports.handler = async () => process.exit(3);',
    });
    expect(await process.invoke({})).toMatchObject({ kind: 'exit' });
    expect(await process.exited()).toEqual({ code: 3, signal: null });
  });

  test('keeps the channel from child processes and leaves their output to the pipe', async () => {
    const process = await start('index.handler', {
      'index.js': `const { execFileSync } = require('node:child_process');
        exports.handler = async () => {
          execFileSync('/bin/sh', ['-c', 'echo from the child'], { stdio: 'inherit' });
          return execFileSync('/bin/sh', ['-c', 'ls -l /proc/self/fd']).toString();
        };`,
    });
    const outcome = await process.invoke({});
    expect(JSON.parse(outcome.text)).not.toMatch(/ 3 -> socket/);
    await expect.poll(() => process.output).toBe('from the child\n');
  });
});
