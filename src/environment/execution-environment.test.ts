import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import type { FunctionVersion } from '../model/function-version.ts';
import { functionVersion, PoolFixture } from './testing/pool-fixture.ts';

const it = new PoolFixture({ initLimitMs: 60_000 });
const hasty = new PoolFixture({ initLimitMs: 1500 });
afterAll(async () => {
  await Promise.all([it.close(), hasty.close()]);
});

const requestId = '8476a536-e9f4-11e8-9739-2dfe598c3fcd';
const count = { do: 'count' };

/** The count of a process that is new. A slow machine may need several tries to start one within a short timeout. */
async function first(version: FunctionVersion): Promise<unknown> {
  return await vi.waitFor(async () => {
    const { value, functionError } = await it.invoke(version, count);
    expect(functionError).toBeUndefined();
    return value;
  }, 25_000);
}

describe('after a failed invocation the next one works', () => {
  test.each([
    [{ do: 'exit', code: 0 }, 'Runtime.ExitError', 'Runtime exited without providing a reason'],
    [{ do: 'exit', code: 7 }, 'Runtime.ExitError', 'Runtime exited with error: exit status 7'],
    [
      { do: 'kill', signal: 'SIGSEGV' },
      'Runtime.ExitError',
      'Runtime exited with error: signal: segmentation fault',
    ],
    [{ do: 'hog' }, 'Runtime.OutOfMemory', 'Runtime exited with error: signal: killed'],
    [{ do: 'garbage' }, 'Runtime.ExitError', 'Runtime exited with error: signal: killed'],
    [{ do: 'sleep', ms: 60_000 }, 'Sandbox.Timedout', 'Task timed out after 1.00 seconds'],
  ])('%j', async (event, errorType, text) => {
    const version = functionVersion({ timeoutMs: event.do === 'sleep' ? 1000 : 60_000 });
    expect(await first(version)).toBe(1);
    const failed = await it.invoke(version, event, { requestId });
    expect(failed.functionError).toBe('Unhandled');
    expect(failed.value).toEqual({ errorType, errorMessage: `RequestId: ${requestId} Error: ${text}` });
    // The process is another; the environment, with its log stream, is the same.
    expect(await first(version)).toBe(1);
    expect((await it.invoke(version, count)).value).toBe(2);
  });

  test('a handler that throws keeps its process', async () => {
    const version = functionVersion();
    await it.invoke(version, count);
    const failed = await it.invoke(version, { do: 'throw', message: 'oh' });
    expect(failed).toMatchObject({
      value: { errorType: 'Error', errorMessage: 'oh', trace: [] },
      functionError: 'Unhandled',
    });
    expect((await it.invoke(version, count)).value).toBe(2);
  });

  test('a response of 6 MiB and 100 bytes passes, one byte more does not', async () => {
    const version = functionVersion({ memoryMb: 512 });
    expect((await it.invoke(version, { do: 'large', bytes: 6_291_556 })).value).toHaveLength(6_291_554);
    for (const bytes of [6_291_557, 8 << 20]) {
      expect(await it.invoke(version, { do: 'large', bytes })).toMatchObject({
        functionError: 'Unhandled',
        value: {
          errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
          errorType: 'Function.ResponseSizeTooLarge',
        },
      });
    }
    expect((await it.invoke(version, count)).value).toBe(1);
  });

  test('a 6 MB event arrives whole', async () => {
    const value = 'é'.repeat(3_000_000);
    expect((await it.invoke(functionVersion({ memoryMb: 512 }), { do: 'echo', value })).value).toBe(value);
  });
});

/** A zombie that nobody has waited for yet is dead. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

describe('an environment', () => {
  test('keeps /tmp over a reset, and starts with an empty one', async () => {
    const version = functionVersion();
    const { value: variables } = await it.invoke(version, { do: 'env' });
    const path = join((variables as { TMPDIR: string }).TMPDIR, 'kept');
    await it.invoke(version, { do: 'file', path, text: 'here' });
    await it.invoke(version, { do: 'exit', code: 1 });
    expect((await it.invoke(version, { do: 'file', path })).value).toBe('here');
    const other = await it.invoke(functionVersion(), { do: 'env' });
    expect((other.value as { TMPDIR: string }).TMPDIR).not.toBe((variables as { TMPDIR: string }).TMPDIR);
  });

  test('has nothing of the platform in its variables', async () => {
    process.env['LAMBENT_TEST_SECRET'] = 'secret';
    const { value } = await it.invoke(functionVersion({ environment: { MINE: '1' } }), { do: 'env' });
    expect(value).not.toHaveProperty('LAMBENT_TEST_SECRET');
    expect(value).not.toHaveProperty('NODE_OPTIONS');
    expect(value).not.toHaveProperty('HOME');
    expect(value).toMatchObject({ MINE: '1', LAMBDA_TASK_ROOT: it.codeDirectory });
  });

  test('ends what a function leaves running when its process goes', async () => {
    const version = functionVersion();
    const { value: pid } = await it.invoke(version, { do: 'child', script: 'sleep 60' });
    expect(isAlive(Number(pid))).toBe(true);
    await it.invoke(version, { do: 'exit', code: 1 });
    await vi.waitFor(() => expect(isAlive(Number(pid))).toBe(false), 25_000);
  });

  test('is given up when /tmp holds too much, saying so', async () => {
    const version = functionVersion({ ephemeralStorageMb: 1 });
    const { value: variables } = await it.invoke(version, { do: 'env' });
    const path = join((variables as { TMPDIR: string }).TMPDIR, 'file');
    // The size is looked at once a second at most.
    await vi.waitFor(async () => {
      await it.invoke(version, { do: 'fill', path, megabytes: 2 });
      expect(it.warnings.join()).toContain('/tmp holds more than its 1 MB');
    }, 25_000);
    const { value: after } = await it.invoke(version, { do: 'env' });
    expect((after as { TMPDIR: string }).TMPDIR).not.toBe((variables as { TMPDIR: string }).TMPDIR);
  });
});

describe('initialisation', () => {
  test('that fails once is tried again within the invocation', async () => {
    const version = functionVersion({ handler: `init-exit-once:${join(it.directory, 'once')}` });
    const { value, logTail } = await it.invoke(version, count, { wantsLogTail: true });
    expect(value).toBe(1);
    // Suppressed init: its time is in the duration, no Init Duration is shown.
    expect(logTail).not.toContain('Init Duration');
    const lines = it.lines().slice(-5);
    expect(lines.map((line) => line.split(/[ \t]/, 1)[0])).toEqual([
      'INIT_START',
      'INIT_REPORT',
      'START',
      'END',
      'REPORT',
    ]);
    expect(lines[1]).toMatch(
      /^INIT_REPORT Init Duration: \d+\.\d\d ms\tPhase: init\tStatus: error\tError Type: Runtime.ExitError$/,
    );
  });

  test('that exits again is the answer', async () => {
    const version = functionVersion({ handler: 'init-exit' });
    for (let i = 0; i < 2; i += 1) {
      const { value, functionError, logTail } = await it.invoke(version, count, {
        requestId,
        wantsLogTail: true,
      });
      expect(functionError).toBe('Unhandled');
      expect(value).toEqual({
        errorType: 'Runtime.ExitError',
        errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: exit status 3`,
      });
      expect(logTail).toMatch(
        /INIT_REPORT .*\tPhase: invoke\tStatus: error\tError Type: Runtime.ExitError\nEND/,
      );
      expect(logTail).toMatch(/\tStatus: error\tError Type: Runtime.ExitError\n$/);
    }
  });

  test('that the runtime reports as failed is answered in its words', async () => {
    const { value, functionError, logTail } = await it.invoke(
      functionVersion({ handler: 'init-error' }),
      count,
      {
        wantsLogTail: true,
      },
    );
    expect(functionError).toBe('Unhandled');
    expect(value).toEqual({ errorType: 'Runtime.ImportModuleError', errorMessage: 'no such module' });
    expect(logTail).toMatch(/\tStatus: error\tError Type: Runtime.ImportModuleError\n$/);
  });

  test('that hangs is ended, and then in the invocation by the timeout of the function', async () => {
    const version = functionVersion({ handler: 'init-hang', timeoutMs: 500 });
    const { value, logTail } = await hasty.invoke(version, count, { requestId, wantsLogTail: true });
    expect(value).toEqual({
      errorType: 'Sandbox.Timedout',
      errorMessage: `RequestId: ${requestId} Error: Task timed out after 0.50 seconds`,
    });
    expect(logTail).toMatch(/\tDuration: 500.00 ms\tBilled Duration: 500 ms\t.*\tStatus: timeout\n$/);
    const inits = hasty
      .lines()
      .filter((line) => line.startsWith('INIT_REPORT') && line.endsWith('Status: timeout'));
    expect(inits.map((line) => /Phase: (\w+)/.exec(line)?.[1])).toEqual(['init', 'invoke']);
  });
});
