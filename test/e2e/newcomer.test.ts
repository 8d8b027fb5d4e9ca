import { once } from 'node:events';
import { GetFunctionCommand, InvokeCommand, type Runtime } from '@aws-sdk/client-lambda';
import { expect, onTestFinished, test, vi } from 'vitest';
import { beside } from '../support/beside.ts';
import { available } from '../support/commands.ts';
import { deploy, invoke } from '../support/functions.ts';
import { LoopbackGate } from '../support/loopback-gate.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { untilDeaf } from '../support/until-deaf.ts';
import { untilPrinted } from '../support/until-printed.ts';

/** Servers are started in the tests themselves, which takes its time where much else goes on. */
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const ECHO = 'exports.handler = async (event) => event;';

async function server(flags: readonly string[] = []): Promise<TestServer> {
  const started = await startServer({ flags });
  onTestFinished(async () => void (await started.stop()));
  return started;
}

interface Health {
  readonly warnings: readonly string[];
}

async function health(endpoint: string): Promise<Health> {
  return (await (await fetch(`${endpoint}/_lambent/health`)).json()) as Health;
}

test('what `curl -d` sends is an event, although curl calls it a form', async () => {
  const { endpoint, lambda } = await server();
  await deploy(lambda, 'echo', { 'index.js': ECHO });
  const answer = await fetch(`${endpoint}/2015-03-31/functions/echo/invocations`, {
    method: 'POST',
    body: '{"n":1}',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  expect([answer.status, await answer.json()]).toEqual([200, { n: 1 }]);
});

test('a web page from elsewhere can do nothing here, not even with what needs no permission of the browser', async () => {
  const { endpoint, lambda } = await server();
  await deploy(lambda, 'echo', { 'index.js': ECHO });
  const post = async (path: string, origin: string): Promise<number> => {
    const headers = { origin, 'content-type': 'text/plain' };
    return (await fetch(`${endpoint}${path}`, { method: 'POST', body: '{}', headers })).status;
  };
  for (const path of ['/2015-03-31/functions/echo/invocations', '/2015-03-31/functions', '/_lambent/reset']) {
    for (const origin of ['https://example.com', 'null']) expect(await post(path, origin)).toBe(403);
  }
  expect(await post('/2015-03-31/functions/echo/invocations', 'http://localhost:3000')).toBe(200);
});

test('a code location says its size, and can be asked for without its body', async () => {
  const { lambda } = await server();
  await deploy(lambda, 'echo', { 'index.js': ECHO });
  const { Code, Configuration } = await lambda.send(new GetFunctionCommand({ FunctionName: 'echo' }));
  const size = String(Configuration?.CodeSize);
  const head = await fetch(Code?.Location ?? '', { method: 'HEAD' });
  expect([head.status, head.headers.get('content-length')]).toEqual([200, size]);
  const whole = await fetch(Code?.Location ?? '');
  expect(whole.headers.get('content-length')).toBe(size);
  expect((await whole.arrayBuffer()).byteLength).toBe(Configuration?.CodeSize);
});

test('the clock moves forward, and not out of reach', async () => {
  const { endpoint, lambda } = await server();
  await deploy(lambda, 'echo', { 'index.js': ECHO });
  const move = async (advanceMs: string): Promise<number> => {
    const body = new URLSearchParams({ advanceMs });
    return (await fetch(`${endpoint}/_lambent/clock`, { method: 'POST', body })).status;
  };
  for (const bad of ['', '0', '-5', 'soon', '1e400', '9e15'])
    expect([bad, await move(bad)]).toEqual([bad, 400]);
  expect(await move('3600000')).toBe(200);
  expect((await invoke(lambda, 'echo', 1)).payload).toBe(1);
});

test.skipIf(!available('python3', '--version'))(
  'another Python than the one asked for is warned of, once',
  { timeout: 120_000 },
  async () => {
    const started = await server();
    const { endpoint, lambda } = started;
    const expected: string[] = [];
    for (const minor of [9, 10, 11, 12, 13, 14]) {
      const id = `python3.${minor}`;
      const code = {
        'h.py': 'import sys\ndef handler(event, context):\n    return sys.version.split()[0]\n',
      };
      const name = `minor-${minor}`;
      await deploy(lambda, name, code, { Runtime: id as Runtime, Handler: 'h.handler' });
      const { payload } = await invoke(lambda, name);
      if (!String(payload).startsWith(`3.${minor}.`)) {
        expected.push(`${id} runs on Python ${String(payload)}: the machine has no 3.${minor}`);
      }
    }
    expect((await health(endpoint)).warnings).toEqual(expected);
    await untilPrinted(started, ...expected);
    for (const warning of expected) expect(started.output().split(warning)).toHaveLength(2);
  },
);

test('one SIGTERM that arrives twice, from the supervisor and from npm, still lets invocations finish', async () => {
  const { endpoint, lambda, process } = await server(['--isolation', 'process']);
  const gate = await LoopbackGate.listen();
  onTestFinished(async () => await gate.close());
  await deploy(lambda, 'slow', { 'index.js': gate.handler('"done"') }, { Timeout: 60 });
  const running = lambda.send(new InvokeCommand({ FunctionName: 'slow' }));
  await beside(running, async () => await gate.untilInside(1));
  const exited = once(process, 'exit');
  process.kill('SIGTERM');
  process.kill('SIGTERM');
  await beside(running, async () => await untilDeaf({ endpoint }));
  gate.open();
  expect((await running).Payload?.transformToString()).toBe('"done"');
  expect(await exited).toEqual([0, null]);
});
