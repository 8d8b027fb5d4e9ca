import { spawnSync } from 'node:child_process';
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, deploy, eventually, invoke } from '../support/functions.ts';
import { startServer, type TestServer } from '../support/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  expect(await server.stop()).toBe(0);
});

const call = async (name: string, event: object = {}): Promise<Answer> =>
  await invoke(server.lambda, name, event);

describe('Init', () => {
  test('over ten seconds is broken off and made up for in the invocation, under its timeout', {
    timeout: 60_000,
  }, async () => {
    // The first process finds no file in /tmp and never becomes ready.
    const code = `
const fs = require('node:fs');
const file = require('node:path').join(require('node:os').tmpdir(), 'tried');
if (!fs.existsSync(file)) {
  fs.writeFileSync(file, '');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60000);
}
exports.handler = async () => 'in the end';`;
    await deploy(server.lambda, 'slow-init', { 'index.js': code }, { Timeout: 5 });
    const answer = await call('slow-init');
    expect(answer).toMatchObject({ functionError: undefined, payload: 'in the end' });
    const logGroupName = '/aws/lambda/slow-init';
    const { events = [] } = await server.logs.send(new FilterLogEventsCommand({ logGroupName }));
    expect(events.map(({ message }) => message?.trimEnd())).toContainEqual(
      expect.stringMatching(
        /^INIT_REPORT Init Duration: (?:999\d|\d{5,})\.\d\d ms\tPhase: init\tStatus: timeout$/,
      ),
    );
    // What the second Init took is in the duration; the first is nobody's.
    expect(answer.log).not.toContain('Init Duration');
    expect(answer.log).toMatch(/REPORT .*\tDuration: \d{1,4}\.\d\d ms/);
  });

  test('that fails is tried once more in the invocation, whose error it then is', async () => {
    await deploy(server.lambda, 'bad-init', { 'index.js': 'throw new RangeError("never ready");' });
    for (let i = 0; i < 2; i += 1) {
      const answer = await call('bad-init');
      expect(answer).toMatchObject({ status: 200, functionError: 'Unhandled' });
      expect(answer.payload).toMatchObject({ errorType: 'RangeError', errorMessage: 'never ready' });
    }
  });
});

describe('a reset', () => {
  test.each(['timeout', 'exit'])('by %s keeps /tmp and forgets the rest', async (how) => {
    const code = `
const fs = require('node:fs');
const file = require('node:path').join(require('node:os').tmpdir(), 'kept');
let count = 0;
exports.handler = async ({ how }) => {
  count += 1;
  const found = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
  fs.writeFileSync(file, found + count);
  if (how === 'timeout') await new Promise((resolve) => setTimeout(resolve, 60000));
  if (how === 'exit') process.exit(1);
  return { count, found };
};`;
    const name = `reset-${how}`;
    // The second Init is within it, however busy the machine.
    await deploy(server.lambda, name, { 'index.js': code }, { Timeout: 5 });
    expect((await call(name)).payload).toEqual({ count: 1, found: '' });
    expect((await call(name, { how })).functionError).toBe('Unhandled');
    expect((await call(name)).payload).toEqual({ count: 1, found: '12' });
  });

  // The host sees no process of a function that has a kernel of its own.
  const sees = process.platform === 'linux' && process.env['LAMBENT_E2E_ISOLATION'] !== 'gvisor';
  test.skipIf(!sees)(
    'ends everything the function started, daemons and the orphans of orphans too',
    async () => {
      // Nobody else on this machine sleeps for as long.
      const daemon = `sleep 27${process.pid}`;
      const started = `until [ "$(pgrep -fxc '${daemon}')" = 2 ]; do sleep 0.01; done`;
      const script = `(setsid sh -c "${daemon} & ${daemon}" &) >/dev/null 2>&1; ${started}`;
      const code = `
const { spawnSync } = require('node:child_process');
exports.handler = async ({ exit }) => {
  if (exit) process.exit(1);
  return spawnSync('/bin/sh', ['-c', ${JSON.stringify(script)}]).status;
};`;
      await deploy(server.lambda, 'daemons', { 'index.js': code });
      const running = async (): Promise<number> => {
        const { stdout } = spawnSync('pgrep', ['-fx', daemon], { encoding: 'utf8' });
        return stdout.split('\n').length - 1;
      };
      expect((await call('daemons')).payload).toBe(0);
      expect(await running()).toBe(2);
      await call('daemons', { exit: true });
      await eventually(running, (count) => count === 0);
    },
  );
});

describe('a trace', () => {
  const root = '1-67891233-abcdef012345678912345678';
  const traced = async (name: string): Promise<unknown> => {
    const command = new InvokeCommand({ FunctionName: name });
    command.middlewareStack.add(
      (next) => async (args) => {
        (args.request as { headers: Record<string, string> }).headers['X-Amzn-Trace-Id'] =
          `Root=${root};Sampled=1`;
        return await next(args);
      },
      { step: 'build' },
    );
    return JSON.parse((await server.lambda.send(command)).Payload?.transformToString() ?? '');
  };

  test.each([
    [
      'nodejs24.x',
      'index.js',
      'const atInit = process.env._X_AMZN_TRACE_ID ?? null; exports.handler = async () => [atInit, process.env._X_AMZN_TRACE_ID];',
    ],
    [
      'python3.12',
      'index.py',
      'import os\nat_init = os.environ.get("_X_AMZN_TRACE_ID")\ndef handler(event, context):\n    return [at_init, os.environ.get("_X_AMZN_TRACE_ID")]\n',
    ],
  ] as const)(
    'of the caller is that of the function, each invocation with a parent of its own: %s',
    async (runtime, file, code) => {
      const name = `traced-${file.replace('.', '-')}`;
      await deploy(server.lambda, name, { [file]: code }, { Runtime: runtime });
      const seen = new Set<string>();
      for (let i = 0; i < 2; i += 1) {
        const [atInit, inHandler] = (await traced(name)) as [null, string];
        expect(atInit).toBeNull();
        expect(inHandler).toMatch(new RegExp(`^Root=${root};Parent=[0-9a-f]{16};Sampled=1`));
        seen.add(inHandler);
      }
      expect(seen.size).toBe(2);
      const [, own] = (await call(name)).payload as [null, string];
      expect(own).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0/);
    },
  );
});

describe('AWS_LAMBDA_EXEC_WRAPPER', () => {
  const wrapper = '#!/bin/sh\nexport WRAPPED="$#"\nexec "$@"\n';
  const Environment = { Variables: { AWS_LAMBDA_EXEC_WRAPPER: '/var/task/wrapper' } };

  test.each([
    ['nodejs24.x', { 'index.js': 'exports.handler = async () => process.env.WRAPPED;' }],
    [
      'python3.12',
      { 'index.py': 'import os\ndef handler(event, context):\n    return os.environ["WRAPPED"]\n' },
    ],
  ] as const)('starts %s', async (Runtime, files) => {
    const name = `wrapped-${Runtime.replace('.', '-')}`;
    await deploy(server.lambda, name, { ...files, wrapper }, { Runtime, Environment });
    const answer = await call(name);
    expect(answer.functionError, answer.log).toBeUndefined();
    expect(Number(answer.payload)).toBeGreaterThan(0);
  });

  test('that names no interpreter is a script of the shell', async () => {
    const files = {
      'index.js': 'exports.handler = async () => process.env.WRAPPED;',
      wrapper: 'export WRAPPED=yes\nexec "$@"\n',
    };
    await deploy(server.lambda, 'wrapped-plainly', files, { Environment });
    expect(await call('wrapped-plainly')).toMatchObject({ payload: 'yes' });
  });

  test.each([
    ['missing', '/opt/wrapper', 127, 'does not exist'],
    ['not executable', '/var/task/index.js', 126, 'is not an executable'],
  ])('that is %s leaves the runtime unstarted, and the log says so', async (what, path, status, words) => {
    const name = `unwrapped-${status}`;
    const Variables = { AWS_LAMBDA_EXEC_WRAPPER: path };
    const files = { 'index.js': 'exports.handler = async () => 1;' };
    await deploy(server.lambda, name, files, { Environment: { Variables } });
    const answer = await call(name);
    expect(answer.payload, what).toEqual({
      errorType: 'Runtime.ExitError',
      errorMessage: `RequestId: ${answer.requestId} Error: Runtime exited with error: exit status ${status}`,
    });
    expect(answer.log).toContain(`${path}: ${words}\n`);
  });
});

test('a streaming handler answers an Invoke with all it wrote', async () => {
  const code = `
exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  if (event.http) stream = awslambda.HttpResponseStream.from(stream, { statusCode: 201 });
  stream.write('{"a":');
  if (event.fail) throw new TypeError('midway');
  if (event.bytes) for (let i = 0; i < event.bytes; i += 100000) stream.write(Buffer.alloc(100000, '1'));
  stream.end('1}');
});`;
  await deploy(server.lambda, 'streaming', { 'index.js': code }, { MemorySize: 512 });
  expect((await call('streaming')).payload).toEqual({ a: 1 });
  const http = await server.lambda.send(
    new InvokeCommand({ FunctionName: 'streaming', Payload: '{"http":true}' }),
  );
  expect(http.Payload?.transformToString()).toBe(`{"statusCode":201}${'\0'.repeat(8)}{"a":1}`);
  expect(await call('streaming', { fail: true })).toMatchObject({
    functionError: 'Unhandled',
    payload: { errorType: 'TypeError', errorMessage: 'midway' },
  });
  expect((await call('streaming', { bytes: 6_000_000 })).functionError).toBeUndefined();
  expect((await call('streaming', { bytes: 7_000_000 })).payload).toMatchObject({
    errorType: 'Function.ResponseSizeTooLarge',
  });
  expect((await call('streaming')).payload).toEqual({ a: 1 });
});
