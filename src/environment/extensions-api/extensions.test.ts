import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
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
const count = { do: 'count' };

/** Puts an extension in /opt/extensions; its script sees `register`, `next`, `post` and `say`. */
function extension(name: string, script: string, mode = 0o755): void {
  const directory = join(it.layersDirectory, 'extensions');
  mkdirSync(directory, { recursive: true });
  const text = `#!${process.execPath}
    const base = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API + '/2020-01-01/extension/';
    let id;
    const call = (path, options = {}) => fetch(base + path,
      { ...options, headers: { ...options.headers, ...(id && { 'Lambda-Extension-Identifier': id }) } });
    const register = async (events, name = ${JSON.stringify(name)}, headers = {}) => {
      const answer = await call('register',
        { method: 'POST', headers: { 'Lambda-Extension-Name': name, ...headers }, body: JSON.stringify({ events }) });
      id = answer.headers.get('lambda-extension-identifier');
      return await answer.json();
    };
    const next = async () => await (await call('event/next')).json();
    const post = async (path, type) =>
      (await call(path, { method: 'POST', headers: { 'Lambda-Extension-Function-Error-Type': type } })).status;
    const say = (value) => require('node:fs').writeSync(1, JSON.stringify(value) + '\\n');
    const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    (async () => { ${script} })();`;
  writeFileSync(join(directory, name), text);
  chmodSync(join(directory, name), mode);
}

const LISTENS = `say(await register(['INVOKE', 'SHUTDOWN']));
  for (;;) { const event = await next(); say(event); if (event.eventType === 'SHUTDOWN') process.exit(0); }`;

function said(type: string): Record<string, unknown>[] {
  const objects = it.lines().filter((line) => line.startsWith('{'));
  return objects
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter((event) => event['eventType'] === type);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('an external extension', () => {
  test('learns of the function, of each invocation and of the end', async () => {
    extension('agent', LISTENS);
    const version = functionVersion(layers);
    await it.invoke(version, count, { requestId });
    expect((await it.invoke(version, count)).value).toBe(2);
    expect(it.lines()[0]).toMatch(/^INIT_START/);
    expect(JSON.parse(it.lines()[1] ?? '')).toEqual({
      functionName: 'f',
      functionVersion: '$LATEST',
      handler: 'index.handler',
    });
    expect(it.lines()[2]).toBe('EXTENSION\tName: agent\tState: Ready\tEvents: [INVOKE, SHUTDOWN]');
    await vi.waitFor(() => expect(said('INVOKE')).toHaveLength(2), 25_000);
    expect(said('INVOKE')[0]).toEqual({
      eventType: 'INVOKE',
      deadlineMs: expect.any(Number),
      requestId,
      invokedFunctionArn: version.functionArn,
      tracing: { type: 'X-Amzn-Trace-Id', value: expect.stringContaining('Root=') },
    });
    await it.pool.destroyAll();
    expect(said('SHUTDOWN')).toEqual([
      { eventType: 'SHUTDOWN', shutdownReason: 'SPINDOWN', deadlineMs: expect.any(Number) },
    ]);
  });

  test('has the variables of the function but those of its runtime', async () => {
    extension('agent', `await register([]); say({ ...process.env, eventType: 'env' }); await next();`);
    await it.invoke(functionVersion({ ...layers, environment: { MINE: 'yes' } }), count);
    const [env] = said('env');
    expect(env).toMatchObject({ MINE: 'yes', AWS_LAMBDA_FUNCTION_NAME: 'f', AWS_ACCESS_KEY_ID: 'AKID' });
    for (const hidden of ['_HANDLER', 'LAMBDA_TASK_ROOT', 'AWS_EXECUTION_ENV', 'AWS_LAMBDA_LOG_GROUP_NAME']) {
      expect(env).not.toHaveProperty(hidden);
    }
  });

  test('delays the next invocation, not the answer; its time counts', async () => {
    const go = join(it.directory, 'go');
    extension(
      'slow',
      `await register(['INVOKE']);
      for (;;) {
        const event = await next();
        while (!require('node:fs').existsSync(${JSON.stringify(go)})) await pause(20);
        say({ ...event, eventType: 'done' });
      }`,
    );
    const version = functionVersion(layers);
    await it.invoke(version, count);
    const answeredMs = performance.now();
    // Answered, and still busy.
    expect(said('done')).toHaveLength(0);
    expect(it.pool.counts()).toMatchObject({ idle: 0, busy: 1 });
    expect(it.lines().join('\n')).not.toContain('REPORT');
    await vi.waitFor(() => expect(performance.now() - answeredMs).toBeGreaterThan(300), 25_000);
    writeFileSync(go, '');
    await vi.waitFor(() => expect(it.pool.counts()).toMatchObject({ idle: 1, busy: 0 }), 25_000);
    expect(said('done')).toHaveLength(1);
    await vi.waitFor(() => expect(it.lines().join('\n')).toContain('REPORT'), 25_000);
    const duration = /\tDuration: ([\d.]+) ms/.exec(it.lines().join('\n'))?.[1];
    expect(Number(duration)).toBeGreaterThan(300);
    expect((await it.invoke(version, count)).value).toBe(2);
  });

  test('has its time in the log, also where the caller asked for the tail', async () => {
    const pausedMs = 300;
    extension('slow', `await register(['INVOKE']); for (;;) { await next(); await pause(${pausedMs}); }`);
    const { logTail } = await it.invoke(functionVersion(layers), count, { wantsLogTail: true });
    expect(logTail).toMatch(/\nREPORT .*\n$/);
    const reports = (): string[] => it.lines().filter((line) => line.startsWith('REPORT'));
    await vi.waitFor(() => expect(reports()).toHaveLength(1), 25_000);
    const duration = /\tDuration: ([\d.]+) ms/.exec(reports()[0] ?? '')?.[1];
    // A timer may be early by less than a millisecond.
    expect(Number(duration)).toBeGreaterThan(pausedMs - 1);
  });

  test('that takes longer than the timeout has its environment reset; the answer stays', async () => {
    extension(
      'stuck',
      `await register(['INVOKE', 'SHUTDOWN']);
      const event = await next();
      say(event);
      await pause(event.deadlineMs - Date.now() + 100);
      say(await next());
      process.exit(0);`,
    );
    // Runtime and extension start once more within it.
    const version = functionVersion({ ...layers, timeoutMs: 4000 });
    expect((await it.invoke(version, count)).value).toBe(1);
    await vi.waitFor(() => expect(it.lines().at(-1)).toContain('"TIMEOUT"'), 25_000);
    expect(it.lines().some((line) => line.startsWith('REPORT') && line.endsWith('Status: timeout'))).toBe(
      true,
    );
    await vi.waitFor(() => expect(it.pool.counts().idle).toBe(1), 25_000);
    expect((await it.invoke(version, count)).value).toBe(1);
    expect(it.logs.size).toBe(1);
  });

  test.each([
    ['process.exit(0);', 'exit code 0'],
    ['process.exit(3);', 'exit status 3'],
    [`process.kill(process.pid, 'SIGSEGV');`, 'signal: segmentation fault'],
  ])('that ends in an invocation fails it: %s', async (end, text) => {
    extension('agent', `await register(['INVOKE']); await next(); ${end}`);
    const failed = await it.invoke(functionVersion(layers), { do: 'sleep', ms: 50_000 }, { requestId });
    expect(failed.functionError).toBe('Unhandled');
    expect(failed.value).toEqual({
      errorType: 'Extension.Crash',
      errorMessage: `RequestId: ${requestId} Error: ${text}`,
    });
    expect(it.lines().at(-1)).toMatch(/Status: error\tError Type: Extension\.Crash$/);
  });

  test('that ends before it is ready fails Init, and the invocation that tries again', async () => {
    extension('agent', 'process.exit(1);');
    const failed = await it.invoke(functionVersion(layers), count, { requestId });
    expect(failed.value).toEqual({
      errorType: 'Extension.Crash',
      errorMessage: `RequestId: ${requestId} Error: exit status 1`,
    });
    const log = it.lines().join('\n');
    expect(log).toMatch(/^EXTENSION\tName: agent\tState: Started\tEvents: \[\]$/m);
    expect(log).toMatch(/INIT_REPORT .*Phase: init\tStatus: error\tError Type: Extension\.Crash/);
  });

  test('that never registers holds Init until its limit', async () => {
    await it.close();
    it = new PoolFixture({ initLimitMs: 400 });
    extension('agent', 'await pause(60_000);');
    const failed = await it.invoke(functionVersion({ ...layers, timeoutMs: 1000 }), count);
    expect(failed.value).toMatchObject({ errorType: 'Sandbox.Timedout' });
    expect(it.lines().join('\n')).toMatch(/INIT_REPORT .*Phase: init\tStatus: timeout/);
  });

  test.each([
    [`await post('init/error', 'Agent.NoConfig');`, 'Extension.InitError', 'Agent.NoConfig'],
    [`await next(); await post('exit/error', 'Agent.Lost');`, 'Extension.ExitError', 'Agent.Lost'],
  ])('may say what is wrong: %s', async (script, errorType, reason) => {
    extension('agent', `await register(['INVOKE']); ${script} await pause(60_000);`);
    const failed = await it.invoke(functionVersion(layers), { do: 'sleep', ms: 50_000 }, { requestId });
    expect(failed.value).toEqual({ errorType, errorMessage: `RequestId: ${requestId} Error: ${reason}` });
  });

  test('has two seconds for its end', async () => {
    extension('agent', `await register(['SHUTDOWN']); say(await next()); await pause(3_600_000);`);
    await it.invoke(functionVersion(layers), count);
    const begun = performance.now();
    await it.pool.destroyAll();
    expect(performance.now() - begun).toBeGreaterThan(1900);
    expect(said('SHUTDOWN')).toHaveLength(1);
  });

  test('does not keep the caller of a function that cannot be restored waiting for its end', async () => {
    const path = join(it.directory, 'pid');
    extension(
      'agent',
      `await register(['SHUTDOWN']);
      require('node:fs').writeFileSync(${JSON.stringify(path)}, String(process.pid));
      await next(); await pause(3_600_000);`,
    );
    let isSeen = false;
    // A machine may stall for as long as it has for its end, but not again and again.
    for (let version = 1; version <= 10 && !isSeen; version += 1) {
      const failing = functionVersion({
        ...layers,
        version: String(version),
        snapStart: true,
        handler: 'restore-error',
      });
      expect(await it.pool.publish(failing)).toBe('ready');
      await expect(it.invoke(failing, count)).rejects.toMatchObject({ code: 'SnapStartException' });
      isSeen = isAlive(Number(readFileSync(path, 'utf8')));
    }
    expect(isSeen).toBe(true);
  });

  test('that did not ask for the end is killed at once', async () => {
    extension('agent', `await register(['INVOKE']); for (;;) await next();`);
    let quickestMs = Infinity;
    // A machine may stall for as long as it would be given time for its end, but not again and again.
    for (let round = 0; round < 10 && quickestMs >= 1900; round += 1) {
      await it.invoke(functionVersion(layers), count);
      const begun = performance.now();
      await it.pool.destroyAll();
      quickestMs = Math.min(quickestMs, performance.now() - begun);
    }
    expect(quickestMs).toBeLessThan(1900);
  });

  test('that fails between invocations is started again with the next one', async () => {
    extension(
      'agent',
      `await register(['INVOKE']); await next(); next(); await pause(300); process.exit(1);`,
    );
    const version = functionVersion(layers);
    expect((await it.invoke(version, count)).value).toBe(1);
    await vi.waitFor(() => expect(it.pool.counts().idle).toBe(1), 25_000);
    await vi.waitFor(async () => expect((await it.invoke(version, count)).value).toBe(1), 25_000);
  });

  test('shares the memory limit with the function', async () => {
    extension('agent', `await register([]); globalThis.kept = Buffer.alloc(200 << 20, 1); await next();`);
    const version = functionVersion({ ...layers, memoryMb: 320 });
    expect((await it.invoke(version, count)).value).toBe(1);
    const failed = await it.invoke(version, { do: 'hog' });
    expect(failed.value).toMatchObject({ errorType: 'Runtime.OutOfMemory' });
  });

  test.each([
    ['notes', 'no program', 0o644, 'PermissionDenied', 'permission denied'],
    ['broken', 'echo without a shebang\n', 0o755, 'UnknownError', 'exec format error'],
  ])('is every file there: %s is one that cannot be started', async (name, text, mode, reason, words) => {
    extension(name, '');
    writeFileSync(join(it.layersDirectory, 'extensions', name), text);
    chmodSync(join(it.layersDirectory, 'extensions', name), mode);
    const failed = await it.invoke(functionVersion(layers), count, { requestId });
    expect(failed.value).toEqual({
      errorType: 'Extension.LaunchError',
      errorMessage: `RequestId: ${requestId} Error: fork/exec /opt/extensions/${name}: ${words}`,
    });
    const line = `EXTENSION\tName: ${name}\tState: LaunchError\tEvents: []\tError Type: ${reason}`;
    expect(it.lines()).toContain(line);
  });

  test('is one of ten at most: of eleven none is started', async () => {
    for (let index = 0; index < 11; index += 1) extension(`agent-${index}`, `say('here'); ${LISTENS}`);
    const failed = await it.invoke(functionVersion(layers), count, { requestId });
    expect(failed.value).toEqual({
      errorType: 'Extension.LaunchError',
      errorMessage: `RequestId: ${requestId} Error: ErrTooManyExtensions`,
    });
    expect(it.lines().join('\n')).toContain('State: LaunchError\tEvents: []\tError Type: TooManyExtensions');
    expect(it.lines()).not.toContain('"here"');
  });

  test('has a record in the JSON log format', async () => {
    extension('agent', LISTENS);
    await it.invoke(functionVersion({ ...layers, logFormat: 'JSON' }), count);
    const line = it.lines().find((text) => text.includes('platform.extension')) ?? '{}';
    expect(JSON.parse(line)).toEqual({
      time: expect.any(String),
      type: 'platform.extension',
      record: { name: 'agent', state: 'Ready', events: ['INVOKE', 'SHUTDOWN'] },
    });
  });
});
