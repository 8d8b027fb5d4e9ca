import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { functionVersion, PoolFixture } from '../testing/pool-fixture.ts';

let it: PoolFixture;
beforeEach(() => {
  it = new PoolFixture({ initLimitMs: 60_000 });
});
afterEach(() => it.close());

const requestId = '8476a536-e9f4-11e8-9739-2dfe598c3fcd';
const layers = { layerSha256s: ['1'.repeat(64)], memoryMb: 512 };
const traced = { traceId: 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1' };

/**
 * An extension that listens, subscribes and writes each event it gets to its own log, as `got <json>`. Its script sees
 * `subscribe(api, body)`, `next()`, `events`, and `got(type)`, which waits for an event.
 */
function extension(script: string): void {
  const directory = join(it.layersDirectory, 'extensions');
  mkdirSync(directory, { recursive: true });
  const text = `#!${process.execPath}
    const { createServer } = require('node:http');
    const net = require('node:net');
    const base = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API;
    const say = console.log;
    const events = [];
    const waiting = [];
    const take = (batch) => {
      for (const event of batch) {
        events.push(event);
        if (event.type !== 'extension') say('got ' + JSON.stringify(event));
      }
      for (const look of waiting) look();
    };
    const got = (type) => new Promise((resolve) => {
      const look = () => { if (events.some((event) => event.type === type)) resolve(); };
      waiting.push(look);
      look();
    });
    let id, port, delayMs = 0, isHeld = () => false;
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += chunk));
      const answer = () => {
        if (isHeld()) return setTimeout(answer, 10);
        take(JSON.parse(body));
        response.end();
      };
      request.on('end', () => setTimeout(answer, delayMs));
    });
    const register = async (events = ['INVOKE', 'SHUTDOWN']) => {
      const answer = await fetch(base + '/2020-01-01/extension/register',
        { method: 'POST', headers: { 'Lambda-Extension-Name': 'agent' }, body: JSON.stringify({ events }) });
      id = answer.headers.get('lambda-extension-identifier');
    };
    const next = async () => await (await fetch(base + '/2020-01-01/extension/event/next',
      { headers: { 'Lambda-Extension-Identifier': id } })).json();
    const subscribe = async (more = {}, path = '/2022-07-01/telemetry', method = 'PUT') => {
      const answer = await fetch(base + path, { method, headers: { 'Lambda-Extension-Identifier': id },
        body: JSON.stringify({
          schemaVersion: path.includes('logs') ? '2021-03-18' : '2022-12-13',
          types: ['platform', 'function'],
          buffering: { timeoutMs: 25 },
          destination: { protocol: 'HTTP', URI: 'http://sandbox.localdomain:' + port + '/' },
          ...more,
        }) });
      return answer.status + ' ' + (await answer.text());
    };
    const untilShutdown = async () => {
      for (;;) if ((await next()).eventType === 'SHUTDOWN') process.exit(0);
    };
    server.listen(0, '127.0.0.1', async () => { port = server.address().port; await register(); ${script} });`;
  writeFileSync(join(directory, 'agent'), text);
  chmodSync(join(directory, 'agent'), 0o755);
}

interface Got {
  readonly time: string;
  readonly type: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- whatever the event tells
  readonly record: any;
}

/** What has reached the extension, in order. */
function got(): Got[] {
  const lines = it.lines().filter((line) => line.startsWith('got '));
  return lines.map((line) => JSON.parse(line.slice(4)) as Got);
}

function typesGot(): string[] {
  return got().map(({ type }) => type);
}

function record(type: string): Got['record'] {
  return got().find((event) => event.type === type)?.record;
}

async function until(type: string, count = 1): Promise<void> {
  await vi.waitFor(() => expect(typesGot().filter((each) => each === type)).toHaveLength(count), {
    timeout: 25_000,
  });
}

const SUBSCRIBES = `say(await subscribe());`;

describe('a subscriber', () => {
  test('gets the whole life of an environment, from before it was there', async () => {
    extension(`${SUBSCRIBES} await untilShutdown();`);
    const version = functionVersion(layers);
    await it.invoke(version, { do: 'log', lines: ['hello'] }, { requestId, ...traced });
    await until('platform.report');
    expect(typesGot()).toEqual([
      'platform.initStart',
      'platform.telemetrySubscription',
      'platform.initRuntimeDone',
      'platform.extension',
      'platform.initReport',
      'platform.start',
      'function',
      'platform.runtimeDone',
      'platform.report',
    ]);
    const tracing = { type: 'X-Amzn-Trace-Id', value: traced.traceId };
    expect(record('platform.initStart')).toEqual({
      initializationType: 'on-demand',
      phase: 'init',
      functionName: 'f',
      functionVersion: '$LATEST',
      runtimeVersion: 'nodejs:24.v1',
      runtimeVersionArn: expect.stringContaining('::runtime:'),
      instanceId: [...it.logs.keys()][0],
      instanceMaxMemory: 536_870_912,
    });
    expect(record('platform.telemetrySubscription')).toEqual({
      name: 'agent',
      state: 'Subscribed',
      types: ['platform', 'function'],
    });
    expect(record('platform.initRuntimeDone')).toMatchObject({ phase: 'init', status: 'success' });
    expect(record('platform.extension')).toMatchObject({ name: 'agent', state: 'Ready' });
    expect(record('platform.initReport')).toMatchObject({ metrics: { durationMs: expect.any(Number) } });
    expect(record('platform.start')).toEqual({ requestId, version: '$LATEST', tracing });
    expect(record('function')).toBe('hello\n');
    const done = record('platform.runtimeDone');
    expect(done).toMatchObject({ requestId, status: 'success', metrics: { producedBytes: 4 }, tracing });
    expect(done.spans.map(({ name }: { name: string }) => name)).toEqual([
      'responseLatency',
      'responseDuration',
      'runtimeOverhead',
    ]);
    expect(record('platform.report')).toMatchObject({
      requestId,
      status: 'success',
      metrics: { memorySizeMB: 512, initDurationMs: expect.any(Number) },
      spans: [{ name: 'extensionOverhead', start: expect.any(String), durationMs: expect.any(Number) }],
    });
    const { metrics, spans } = record('platform.report');
    expect(metrics.durationMs).toBeCloseTo(done.metrics.durationMs + spans[0].durationMs, 2);
    expect(it.lines()).toContain('TELEMETRY\tName: agent\tState: Subscribed\tTypes: [Platform, Function]');
    expect(it.lines()).toContain('200 "OK"');
  });

  test('may wait for the runtime to be done before it asks for more', async () => {
    extension(
      `${SUBSCRIBES} await next(); await got('platform.runtimeDone'); say('done'); await untilShutdown();`,
    );
    await it.invoke(functionVersion(layers), { do: 'count' });
    await until('platform.report');
    const lines = it.lines();
    expect(lines.indexOf('done')).toBeLessThan(lines.findIndex((line) => line.startsWith('REPORT')));
  });

  test('gets what its own and other extensions print', async () => {
    extension(`await subscribe({ types: ['extension'] }); say('one'); await got('extension');
      say('heard ' + JSON.stringify(events[0].record)); await untilShutdown();`);
    await it.invoke(functionVersion(layers), { do: 'count' });
    await vi.waitFor(() => expect(it.lines()).toContain('heard "one\\n"'), 25_000);
    expect(got()).toEqual([]);
  });

  test('has JSON log lines as objects, and every platform event whatever the level', async () => {
    extension(`${SUBSCRIBES} await untilShutdown();`);
    const version = functionVersion({ ...layers, logFormat: 'JSON', systemLogLevel: 'WARN' });
    await it.invoke(version, { do: 'log', lines: ['{"level":"INFO","message":"x"}'] });
    await until('platform.report');
    expect(record('function')).toEqual({ level: 'INFO', message: 'x' });
    expect(typesGot()).toContain('platform.runtimeDone');
    expect(it.lines().some((line) => line.startsWith('{') && line.includes('platform.'))).toBe(false);
  });

  test('over TCP gets lines', async () => {
    extension(`const lines = net.createServer((socket) => {
        let text = '';
        socket.on('data', (chunk) => {
          const all = (text + chunk).split('\\n');
          text = all.pop();
          take(all.map((line) => JSON.parse(line)));
        });
      });
      lines.listen(0, '127.0.0.1', async () => {
        say(await subscribe({ destination: { protocol: 'TCP', port: lines.address().port } }));
        await untilShutdown();
      });`);
    await it.invoke(functionVersion(layers), { do: 'count' });
    await until('platform.report');
    expect(typesGot()).toContain('platform.initStart');
  });

  test('of the Logs API gets its events', async () => {
    extension(`say(await subscribe({}, '/2020-08-15/logs/')); await untilShutdown();`);
    const version = functionVersion({ ...layers, timeoutMs: 1000 });
    await it.invoke(version, { do: 'sleep', ms: 60_000 }, { requestId });
    await until('platform.report');
    expect(typesGot()).toEqual([
      'platform.logsSubscription',
      'platform.initRuntimeDone',
      'platform.extension',
      'platform.initReport',
      'platform.start',
      'platform.runtimeDone',
      'platform.fault',
      'platform.end',
      'platform.report',
    ]);
    expect(record('platform.fault')).toBe(`RequestId: ${requestId} Status: timeout`);
    expect(record('platform.end')).toEqual({ requestId });
    expect(it.lines()).toContain('LOGS\tName: agent\tState: Subscribed\tTypes: [Platform, Function]');
  });
});

describe('the end of an environment', () => {
  const slowly = `say(await subscribe({ buffering: { timeoutMs: 30000 } })); await untilShutdown();`;

  test('leaves nothing in a buffer', async () => {
    extension(slowly);
    await it.invoke(functionVersion(layers), { do: 'log', lines: ['last words'] });
    await vi.waitFor(() => expect(it.pool.counts().idle).toBe(1), 25_000);
    expect(got()).toEqual([]);
    await it.pool.destroyAll();
    expect(typesGot()).toContain('function');
    expect(typesGot().at(-1)).toBe('platform.report');
  });

  test.each([
    [{ do: 'sleep', ms: 60_000 }, { status: 'timeout' }],
    [
      { do: 'exit', code: 3 },
      { status: 'error', errorType: 'Runtime.ExitError' },
    ],
  ])('by %j is told before the extension goes', async (event, outcome) => {
    extension(slowly);
    // Runtime and extension start once more within it.
    const version = functionVersion({ ...layers, timeoutMs: 4000 });
    await it.invoke(version, event, { requestId });
    await until('platform.report');
    expect(record('platform.runtimeDone')).toMatchObject({ requestId, ...outcome });
    expect(record('platform.report')).toMatchObject({ requestId, ...outcome });
    await vi.waitFor(() => expect(it.pool.counts().idle).toBe(1), 25_000);
    // The next life has subscriptions of its own, and an Init inside the invocation.
    await it.invoke(version, { do: 'count' });
    await it.pool.destroyAll();
    expect(typesGot().filter((type) => type === 'platform.telemetrySubscription')).toHaveLength(2);
    const again = got().filter(({ type }) => type === 'platform.initStart');
    expect(again.map((begun) => begun.record.phase)).toEqual(['init', 'invoke']);
  });

  test('is not held up by a subscriber that never answers', async () => {
    extension(`say(await subscribe()); delayMs = 1e9; await untilShutdown();`);
    await it.invoke(functionVersion(layers), { do: 'count' });
    await it.pool.destroyAll();
    expect(it.pool.counts()).toMatchObject({ idle: 0, busy: 0 });
  });
});

describe('a subscription', () => {
  test.each([
    [`say(await subscribe({}, '/2022-07-01/telemetry', 'POST'));`, '405 .*MethodNotAllowed'],
    [
      `const mine = id; id = ''; say(await subscribe()); id = mine;`,
      '403 .*Extension.MissingExtensionIdentifier',
    ],
    [`say(await subscribe({ types: [] }));`, '400 .*types should not be empty.*"ValidationError"'],
    [
      `await subscribe(); say(await subscribe({}, '/2020-08-15/logs'));`,
      '400 .*You must either subscribe to the LogsAPI or the TelemetryAPI.*Logs.AccessDenied',
    ],
    [
      `await next(); say(await subscribe());`,
      '403 .*Telemetry API subscription is closed already.*Telemetry.SubscriptionClosed',
    ],
  ])('is refused: %s', async (script, answer) => {
    extension(`${script} await untilShutdown();`);
    await it.invoke(functionVersion(layers), { do: 'count' });
    await vi.waitFor(() => expect(it.lines().join('\n')).toMatch(new RegExp(answer)), 25_000);
  });

  test('that comes again is one; another one takes its place', async () => {
    extension(
      `await subscribe(); await subscribe(); await subscribe({ types: ['function'] }); await untilShutdown();`,
    );
    await it.invoke(functionVersion(layers), { do: 'log', lines: ['x'] });
    await until('function');
    await it.pool.destroyAll();
    expect(typesGot()).not.toContain('platform.report');
    const log = it.lines().filter((line) => line.startsWith('TELEMETRY'));
    expect(log).toEqual([
      'TELEMETRY\tName: agent\tState: Subscribed\tTypes: [Platform, Function]',
      'TELEMETRY\tName: agent\tState: Subscribed\tTypes: [Function]',
    ]);
  });
});

test('the metadata endpoint answers who has the token', async () => {
  extension(`const { AWS_LAMBDA_METADATA_API: api, AWS_LAMBDA_METADATA_TOKEN: token } = process.env;
    const ask = async (authorization, method = 'GET') => {
      const answer = await fetch('http://' + api + '/2026-01-15/metadata/execution-environment',
        { method, headers: { authorization } });
      say(answer.status + ' ' + answer.headers.get('cache-control') + ' ' + (await answer.text()));
    };
    await ask('Bearer ' + token); await ask('Bearer x'); await ask('Bearer ' + token, 'POST'); await next();`);
  await it.invoke(functionVersion(layers), { do: 'count' });
  const lines = it.lines();
  expect(lines).toContain('200 private, max-age=43200, immutable {"AvailabilityZoneID":"use1-az1"}');
  expect(lines).toContainEqual(expect.stringMatching(/^401 null .*Unauthorized/));
  expect(lines).toContainEqual(expect.stringMatching(/^405 null /));
});

test('a flood overtakes a slow subscriber, which is told what it missed; the log has it all', {
  timeout: 120_000,
}, async () => {
  const over = join(it.directory, 'over');
  // However long the flood takes, the subscriber has no more than one batch of it meanwhile.
  extension(`isHeld = () => !require('node:fs').existsSync('${over}');
    say(await subscribe()); await untilShutdown();`);
  const version = functionVersion({ ...layers, timeoutMs: 60_000 });
  const text = `${'x'.repeat(99)}\n`.repeat(1000);
  await it.invoke(version, { do: 'print', text, times: 50 });
  writeFileSync(over, '');
  const lines = (): number => typesGot().filter((type) => type === 'function').length;
  const dropped = (): Got[] => got().filter(({ type }) => type === 'platform.logsDropped');
  await vi.waitFor(() => {
    const records = dropped().map((event) => event.record.droppedRecords as number);
    // What the platform tells may be among what was missed.
    expect(lines() + records.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(50_000);
  }, 90_000);
  expect(lines()).toBeLessThan(50_000);
  expect(dropped()[0]?.record).toMatchObject({
    droppedBytes: expect.any(Number),
    reason: expect.stringContaining('fallen behind'),
  });
  await until('platform.report');
  // Where the function is kept from writing the rest of a line for too long, that is a line of its own.
  const logged = it.lines().filter((line) => /^x+$/.test(line));
  expect(logged.join('').length).toBe(50_000 * 99);
});
