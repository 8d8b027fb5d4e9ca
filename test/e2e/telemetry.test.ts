import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { UpdateFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, eventually, invoke, untilUpdated } from '../support/functions.ts';
import { publishLayer } from '../support/layers.ts';
import { rawZip } from '../support/raw-zip.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { levels } from '../security/levels.ts';

/** The level everything else is tested at, and those that claim isolation and work here: their networks differ. */
const sites = [
  { name: 'the usual level', flags: [] },
  ...levels
    .filter(({ missing }) => missing === undefined)
    .map(({ name }) => ({ name, flags: ['--isolation', name] })),
];

/** What both extensions begin with: they register, and listen where Lambda sends telemetry. */
const COMMON = `
import { createServer } from 'node:http';
const base = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API;
const name = process.env.EXTENSION_NAME;
const register = async (events) => {
  const answer = await fetch(base + '/2020-01-01/extension/register', {
    method: 'POST',
    headers: { 'Lambda-Extension-Name': name },
    body: JSON.stringify({ events }),
  });
  if (!answer.ok) throw new Error('register: ' + (await answer.text()));
  return answer.headers.get('lambda-extension-identifier');
};
const nextEvent = async (id) => {
  const headers = { 'Lambda-Extension-Identifier': id };
  return await (await fetch(base + '/2020-01-01/extension/event/next', { headers })).json();
};
const subscribe = async (id, port, types, buffering) => {
  const answer = await fetch(base + '/2022-07-01/telemetry', {
    method: 'PUT',
    headers: { 'Lambda-Extension-Identifier': id, 'Content-Type': 'application/json' },
    body: JSON.stringify({
      schemaVersion: '2022-12-13',
      types,
      buffering,
      destination: { protocol: 'HTTP', URI: 'http://sandbox.localdomain:' + port },
    }),
  });
  if (!answer.ok) throw new Error('subscribe: ' + (await answer.text()));
};
const listen = (onEvents) => new Promise((resolve) => {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      onEvents(JSON.parse(body));
      response.end();
    });
  });
  // Where the environment has no host names of its own, as on a developer's machine, the name is not known.
  server.once('error', () => {
    console.log('sandbox.localdomain is not known here');
    server.listen(0, '127.0.0.1');
  });
  server.once('listening', () => resolve(server.address().port));
  server.listen(0, 'sandbox.localdomain');
});
`;

/** Forwards what it has been sent with each event of its own: the shape of the example in AWS's documentation. */
const FORWARDER = `${COMMON}
const queue = [];
const dispatch = (force) => {
  if (queue.length === 0 || (!force && queue.length < 3)) return;
  console.log('[forwarder] ' + JSON.stringify(queue.splice(0)));
};
const id = await register(['INVOKE', 'SHUTDOWN']);
const port = await listen((events) => queue.push(...events));
await subscribe(id, port, ['platform', 'function'], { maxItems: 1000, maxBytes: 256 * 1024, timeoutMs: 100 });
for (;;) {
  const event = await nextEvent(id);
  if (event.eventType === 'SHUTDOWN') {
    dispatch(true);
    process.exit(0);
  }
  dispatch(false);
}
`;

/**
 * A collector as those for OpenTelemetry are: it waits for each invocation to be over before it asks for the next, makes
 * spans and log records of what it gets, and exports nothing until the environment ends.
 */
const COLLECTOR = `${COMMON}
const spans = [];
const logs = [];
const open = new Map();
const over = new Set();
const waiting = new Map();
const nanos = (time) => String(BigInt(Date.parse(time)) * 1000000n);
const begin = (key, name, time) => open.set(key, { name, startTimeUnixNano: nanos(time) });
const end = (key, time, status, attributes) => {
  const span = open.get(key);
  if (span === undefined) return;
  open.delete(key);
  spans.push({ ...span, endTimeUnixNano: nanos(time), status, attributes });
};
const take = ({ time, type, record }) => {
  if (type === 'platform.initStart') begin('init', 'init', time);
  else if (type === 'platform.initRuntimeDone') end('init', time, record.status, {});
  else if (type === 'platform.start') begin(record.requestId, process.env.AWS_LAMBDA_FUNCTION_NAME, time);
  else if (type === 'platform.runtimeDone') {
    end(record.requestId, time, record.status, { 'faas.invocation_id': record.requestId });
    over.add(record.requestId);
    waiting.get(record.requestId)?.();
  } else if (type === 'function') logs.push({ timeUnixNano: nanos(time), body: record.trimEnd() });
};
const id = await register(['INVOKE', 'SHUTDOWN']);
const port = await listen((events) => events.forEach(take));
await subscribe(id, port, ['platform', 'function'], { timeoutMs: 25 });
for (;;) {
  const event = await nextEvent(id);
  if (event.eventType === 'SHUTDOWN') {
    console.log('[collector] ' + JSON.stringify({ reason: event.shutdownReason, spans, logs }));
    process.exit(0);
  }
  if (!over.has(event.requestId)) await new Promise((resolve) => waiting.set(event.requestId, resolve));
}
`;

/** A thread of the function's own process that is an extension. */
const THREAD = `${COMMON}
import { parentPort } from 'node:worker_threads';
const id = await register(['INVOKE']);
const port = await listen((events) => {
  for (const { type, record } of events) {
    if (type === 'platform.report') parentPort.postMessage(record.requestId);
  }
});
await subscribe(id, port, ['platform'], { timeoutMs: 25 });
parentPort.postMessage('ready');
for (;;) await nextEvent(id);
`;

/** Answers, when it is told to wait for it, with the invocation that its thread has got the report of. */
const WITH_THREAD = `
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
const thread = new Worker(new URL('./thread.mjs', import.meta.url));
await once(thread, 'message');
let reported;
thread.on('message', (requestId) => (reported = requestId));
export const handler = async ({ waits }) => {
  while (waits && reported === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
  return reported;
};
`;

const HANDLER = {
  'index.js': `exports.handler = async (event) => {
    console.log('working on ' + event.n);
    if (event.crash) process.exit(7);
    return event.n;
  };\n`,
};

interface TelemetryEvent {
  readonly type: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- whatever the event tells
  readonly record: any;
}

interface Export {
  readonly reason: string;
  readonly spans: readonly { name: string; status: string; attributes: Record<string, string> }[];
  readonly logs: readonly { body: string }[];
}

describe.each(sites)('an extension at $name', ({ flags }) => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer({ flags });
  });

  afterAll(async () => {
    expect(await server.stop()).toBe(0);
  });

  /** In a layer as AWS has them: a script in /opt/extensions that starts a program in a directory beside it. */
  async function deployWith(name: string, program: string, functionName: string): Promise<void> {
    const script = `#!/bin/sh
export EXTENSION_NAME="$(basename "$0")"
exec node "$(dirname "$0")/../${name}/index.mjs"
`;
    const ZipFile = rawZip([
      { name: `extensions/${name}`, content: script, mode: 0o100755 },
      { name: `${name}/index.mjs`, content: program, mode: 0o100644 },
    ]);
    const { LayerVersionArn } = await publishLayer(server.lambda, { Content: { ZipFile } });
    const settings = { Layers: [LayerVersionArn], MemorySize: 512, Timeout: 20 };
    await deploy(server.lambda, functionName, HANDLER, settings);
  }

  async function endEnvironments(functionName: string): Promise<void> {
    const change = { FunctionName: functionName, Description: 'ends its environments' };
    await server.lambda.send(new UpdateFunctionConfigurationCommand(change));
    await untilUpdated(server.lambda, functionName);
  }

  async function linesOf(functionName: string): Promise<string[]> {
    const logGroupName = `/aws/lambda/${functionName}`;
    const found = await server.logs.send(new FilterLogEventsCommand({ logGroupName }));
    return (found.events ?? []).map(({ message = '' }) => message.trimEnd());
  }

  async function printed<T>(functionName: string, prefix: string): Promise<T[]> {
    const lines = (await linesOf(functionName)).filter((line) => line.startsWith(prefix));
    return lines.map((line) => JSON.parse(line.slice(prefix.length)) as T);
  }

  test('forwards what Lambda tells it, the last invocation too', { timeout: 60_000 }, async () => {
    await deployWith('forwarder', FORWARDER, 'forwarded');
    const first = await invoke(server.lambda, 'forwarded', { n: 1 });
    const second = await invoke(server.lambda, 'forwarded', { n: 2 });
    expect([first.payload, second.payload]).toEqual([1, 2]);
    const hasHostNames = flags.length > 0;
    if (hasHostNames)
      expect(await linesOf('forwarded')).not.toContain('sandbox.localdomain is not known here');
    await endEnvironments('forwarded');
    const seen = await eventually(
      async () => (await printed<TelemetryEvent[]>('forwarded', '[forwarder] ')).flat(),
      (events) => events.filter(({ type }) => type === 'platform.report').length >= 2,
    );
    const types = seen.map(({ type }) => type);
    expect(types[0]).toBe('platform.initStart');
    expect(types).toContain('platform.telemetrySubscription');
    for (const { requestId } of [first, second]) {
      const own = seen.filter(({ record }) => record.requestId === requestId).map(({ type }) => type);
      expect(own).toEqual(['platform.start', 'platform.runtimeDone', 'platform.report']);
    }
    const lines = seen.filter(({ type }) => type === 'function').map(({ record }) => String(record));
    expect(lines).toEqual([
      expect.stringMatching(/working on 1\n$/),
      expect.stringMatching(/working on 2\n$/),
    ]);
  });

  test('collects all there is and exports it at the end', { timeout: 60_000 }, async () => {
    await deployWith('collector', COLLECTOR, 'collected');
    const requestIds: string[] = [];
    for (const n of [1, 2, 3]) requestIds.push((await invoke(server.lambda, 'collected', { n })).requestId);
    await endEnvironments('collected');
    const exports = await eventually(
      async () => await printed<Export>('collected', '[collector] '),
      (all) => all.flatMap(({ spans }) => spans).length >= 4,
    );
    const spans = exports.flatMap((each) => each.spans);
    expect(spans[0]).toMatchObject({ name: 'init', status: 'success' });
    const invocations = spans.filter((span) => span.name === 'collected');
    expect(invocations.map((span) => span.attributes['faas.invocation_id'])).toEqual(requestIds);
    const bodies = exports.flatMap(({ logs }) => logs.map(({ body }) => body));
    for (const n of [1, 2, 3]) expect(bodies).toContainEqual(expect.stringContaining(`working on ${n}`));
  });

  test('may be a thread of the function itself', { timeout: 60_000 }, async () => {
    const files = { 'index.mjs': WITH_THREAD, 'thread.mjs': THREAD };
    const Environment = { Variables: { EXTENSION_NAME: 'internal' } };
    await deploy(server.lambda, 'internal', files, { Environment, MemorySize: 512 });
    const first = await invoke(server.lambda, 'internal');
    const second = await invoke(server.lambda, 'internal', { waits: true });
    expect(second.payload).toBe(first.requestId);
  });

  test('learns how an invocation ended that took the runtime along', { timeout: 60_000 }, async () => {
    await deployWith('collector', COLLECTOR, 'crashed');
    const failed = await invoke(server.lambda, 'crashed', { n: 1, crash: true });
    expect(failed.payload).toMatchObject({ errorType: 'Runtime.ExitError' });
    const [exported] = await eventually(
      async () => await printed<Export>('crashed', '[collector] '),
      (all) => all.length > 0,
    );
    expect(exported?.reason).toBe('FAILURE');
    expect(exported?.spans).toContainEqual(
      expect.objectContaining({
        name: 'crashed',
        status: 'error',
        attributes: { 'faas.invocation_id': failed.requestId },
      }),
    );
    expect(exported?.logs).toContainEqual({
      timeUnixNano: expect.any(String),
      body: expect.stringContaining('working on 1'),
    });
  });
});
