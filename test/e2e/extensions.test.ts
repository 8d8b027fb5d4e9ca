import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { UpdateFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { environmentsOf } from '../support/environments.ts';
import { deploy, eventually, invoke, untilUpdated } from '../support/functions.ts';
import { publishLayer } from '../support/layers.ts';
import { openGate, UNTIL_OPEN } from '../support/overlap.ts';
import { rawZip } from '../support/raw-zip.ts';
import { startServer, type TestServer } from '../support/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  expect(await server.stop()).toBe(0);
});

/** In shell: prints each event, and ends when it is told to. */
const SHELL = `#!/bin/sh
name=$(basename "$0")
api="http://$AWS_LAMBDA_RUNTIME_API/2020-01-01/extension"
id=$(curl -sS -D - -o /dev/null -X POST -H "Lambda-Extension-Name: $name" \\
  -d '{"events":["INVOKE","SHUTDOWN"]}' "$api/register" \\
  | tr -d '\\r' | sed -n 's/^lambda-extension-identifier: //Ip')
while :; do
  event=$(curl -sS -H "Lambda-Extension-Identifier: $id" "$api/event/next")
  echo "$name: $event"
  case "$event" in *SHUTDOWN*) exit 0 ;; esac
done
`;

/** In JavaScript: works on after each invocation, until the function has the tag `done`. */
const NODE = `#!/usr/bin/env node
${UNTIL_OPEN}
const base = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API + '/2020-01-01/extension/';
(async () => {
  const registered = await fetch(base + 'register', {
    method: 'POST',
    headers: { 'Lambda-Extension-Name': 'slow' },
    body: '{"events":["INVOKE"]}',
  });
  const id = registered.headers.get('lambda-extension-identifier');
  for (;;) {
    const next = await fetch(base + 'event/next', { headers: { 'Lambda-Extension-Identifier': id } });
    await untilOpen('done', (await next.json()).invokedFunctionArn);
    console.log('slow: done');
  }
})();
`;

const COUNT = {
  'index.js': `
let count = 0;
console.log('static code');
exports.handler = async (event) => {
  if (event.crash) process.exit(1);
  if (event.hang) await new Promise((resolve) => setTimeout(resolve, 60_000));
  return { count: ++count };
};\n`,
};

async function layerOf(programs: Readonly<Record<string, string>>): Promise<string> {
  const files = Object.entries(programs).map(([name, content]) => ({
    name: `extensions/${name}`,
    content,
    mode: 0o100755,
  }));
  const published = await publishLayer(server.lambda, { Content: { ZipFile: rawZip(files) } });
  return published.LayerVersionArn;
}

async function linesOf(name: string): Promise<string[]> {
  const found = await server.logs.send(new FilterLogEventsCommand({ logGroupName: `/aws/lambda/${name}` }));
  return (found.events ?? []).map(({ message = '' }) => message.trimEnd());
}

async function untilLogged(name: string, text: string): Promise<string[]> {
  return await eventually(
    async () => await linesOf(name),
    (lines) => lines.some((line) => line.includes(text)),
  );
}

interface Counted {
  readonly count: number;
}

describe('an extension in shell', () => {
  test('is there before the function, sees each invocation, and is told when the environment ends', async () => {
    const Layers = [await layerOf({ watcher: SHELL })];
    await deploy(server.lambda, 'watched', COUNT, { Layers, MemorySize: 512 });
    const { requestId } = await invoke(server.lambda, 'watched');
    const lines = await untilLogged('watched', `"requestId":"${requestId}"`);
    const at = (text: string): number => lines.findIndex((line) => line.includes(text));
    const ready = 'EXTENSION\tName: watcher\tState: Ready\tEvents: [INVOKE, SHUTDOWN]';
    expect(at('INIT_START')).toBeLessThan(at('static code'));
    expect(at('static code')).toBeLessThan(at(ready));
    expect(at(ready)).toBeLessThan(at('START RequestId'));
    await server.lambda.send(
      new UpdateFunctionConfigurationCommand({
        FunctionName: 'watched',
        Description: 'new',
        MemorySize: 256,
      }),
    );
    await untilUpdated(server.lambda, 'watched');
    await untilLogged('watched', '"shutdownReason":"SPINDOWN"');
  });

  test('learns that the function failed or timed out; the next invocation has a new process', async () => {
    const Layers = [await layerOf({ watcher: SHELL })];
    // The next invocation starts everything again within it, however busy the machine.
    await deploy(server.lambda, 'failing', COUNT, { Layers, MemorySize: 512, Timeout: 8 });
    const failed = await invoke(server.lambda, 'failing', { crash: true });
    expect(failed.payload).toMatchObject({ errorType: 'Runtime.ExitError' });
    await untilLogged('failing', '"shutdownReason":"FAILURE"');
    const late = await invoke(server.lambda, 'failing', { hang: true });
    expect(late.payload).toMatchObject({ errorType: 'Sandbox.Timedout' });
    await untilLogged('failing', '"shutdownReason":"TIMEOUT"');
    expect((await invoke(server.lambda, 'failing')).payload).toMatchObject({ count: 1 });
  });
});

describe('an extension in JavaScript', () => {
  test('that is slow delays the next invocation in its environment, not the answer', async () => {
    const Layers = [await layerOf({ slow: NODE })];
    await deploy(server.lambda, 'delayed', COUNT, { Layers, MemorySize: 512, Timeout: 60 });
    // Neither has to wait for an extension that is at it; the second one cannot have the environment of the first.
    for (let invocation = 0; invocation < 2; invocation += 1)
      expect((await invoke(server.lambda, 'delayed')).payload).toEqual({ count: 1 });
    expect(await linesOf('delayed')).not.toContainEqual(expect.stringContaining('slow: done'));
    await openGate(server, 'arn:aws:lambda:us-east-1:000000000000:function:delayed', 'done');
    await untilLogged('delayed', 'slow: done');
    // An environment is free when its extension asks again, a moment after it printed.
    await eventually(
      async () => (await invoke(server.lambda, 'delayed')).payload as Counted,
      ({ count }) => count > 1,
    );
  });

  test('may live on the event loop of the function, which hears the end of its process', async () => {
    const index = `
const base = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API + '/2020-01-01/extension/';
const seen = [];
const ready = (async () => {
  const headers = { 'Lambda-Extension-Name': 'inner' };
  const registered = await fetch(base + 'register', { method: 'POST', headers, body: '{"events":["INVOKE"]}' });
  const id = registered.headers.get('lambda-extension-identifier');
  (async () => {
    for (;;) {
      const next = await fetch(base + 'event/next', { headers: { 'Lambda-Extension-Identifier': id } });
      seen.push((await next.json()).requestId);
    }
  })();
})();
process.on('SIGTERM', () => { console.log('cleaning up'); process.exit(0); });
module.exports.ready = ready;
exports.handler = async (event, context) => {
  while (!seen.includes(context.awsRequestId)) await new Promise((resolve) => setTimeout(resolve, 5));
  return seen.length;
};`;
    const wrapper = `await (await import('./index.js')).default.ready;
export { handler } from './index.js';`;
    await deploy(
      server.lambda,
      'inner',
      { 'index.js': index, 'main.mjs': wrapper },
      { Handler: 'main.handler' },
    );
    for (const count of [1, 2]) {
      expect((await invoke(server.lambda, 'inner')).payload).toBe(count);
      // The answer may be out before the extension has asked again, and nobody is to have another environment.
      await eventually(
        async () => (await environmentsOf(server, 'inner')).map(({ state }) => state),
        (states) => states.every((state) => state === 'idle'),
      );
    }
    await server.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'inner', Timeout: 9 }));
    await untilLogged('inner', 'cleaning up');
  });

  test('that crashes fails the function in words of its own', async () => {
    const Layers = [await layerOf({ broken: '#!/usr/bin/env node\nprocess.exit(2);\n' })];
    await deploy(server.lambda, 'crashing', COUNT, { Layers, MemorySize: 512 });
    const { functionError, payload, requestId } = await invoke(server.lambda, 'crashing');
    expect(functionError).toBe('Unhandled');
    expect(payload).toEqual({
      errorType: 'Extension.Crash',
      errorMessage: `RequestId: ${requestId} Error: exit status 2`,
    });
  });
});
