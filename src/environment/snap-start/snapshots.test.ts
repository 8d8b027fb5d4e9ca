import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { functionVersion, PoolFixture } from '../testing/pool-fixture.ts';

let fixture: PoolFixture;

beforeEach(() => {
  fixture = new PoolFixture();
});

afterEach(async () => {
  await fixture.close();
});

const snapStart = { snapStart: true, version: '1', logFormat: 'JSON', systemLogLevel: 'DEBUG' } as const;

interface Record {
  readonly type: string;
  readonly record: Readonly<{ [name: string]: unknown }>;
}

function records(): Record[] {
  return fixture.lines().flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Record] : []));
}

/** Processes are started meanwhile, on a machine that may have much else to do. */
const PATIENT = { timeout: 20_000 };

const waiting = (): number => fixture.pool.counts().idle;

describe('a version with SnapStart', () => {
  test('is initialised when it is published, and its log tells of its restore as records', async () => {
    const version = functionVersion(snapStart);
    expect(await fixture.pool.publish(version)).toBe('ready');
    expect(waiting()).toBe(1);
    expect(records().map(({ type }) => type)).toEqual([
      'platform.initStart',
      'platform.initRuntimeDone',
      'platform.initReport',
    ]);
    const { value } = await fixture.invoke(version, { do: 'env' });
    expect(value).toMatchObject({ AWS_LAMBDA_INITIALIZATION_TYPE: 'snap-start' });
    await vi.waitUntil(() => records().some(({ type }) => type === 'platform.report'), PATIENT);
    const told = records().filter(({ type }) => /restore|platform\.report/.test(type));
    expect(told).toMatchObject([
      {
        type: 'platform.restoreStart',
        record: { functionName: 'f', functionVersion: '1', runtimeVersion: expect.any(String) },
      },
      { type: 'platform.restoreRuntimeDone', record: { status: 'success' } },
      {
        type: 'platform.restoreReport',
        record: { status: 'success', metrics: { durationMs: expect.any(Number) } },
      },
      {
        type: 'platform.report',
        record: {
          metrics: { restoreDurationMs: expect.any(Number), billedRestoreDurationMs: expect.any(Number) },
        },
      },
    ]);
    expect(fixture.lines()).toContain('restored');
  });

  test.each([
    ['ends', 'init-error'],
    ['goes on as if nothing were', 'init-error-ignored'],
  ])(
    'fails to be published with the reason of a runtime that then %s, and leaves nothing',
    async (_, handler) => {
      const broken = functionVersion({ ...snapStart, handler });
      expect(await fixture.pool.publish(broken)).toEqual({
        code: 'FunctionError',
        message: 'Function initialization failed: Runtime.ImportModuleError: no such module',
      });
      expect(fixture.pool.counts()).toEqual({ starting: 0, idle: 0, busy: 0 });
    },
  );

  // Older clients of AWS's say the second.
  test.each(['restore-error', 'restore-init-error'])(
    'that cannot be restored tells its caller: %s',
    async (handler) => {
      const version = functionVersion({ ...snapStart, handler });
      await fixture.pool.publish(version);
      await expect(fixture.invoke(version, {})).rejects.toMatchObject({ code: 'SnapStartException' });
      expect(records()).toContainEqual(
        expect.objectContaining({
          type: 'platform.restoreReport',
          record: expect.objectContaining({ status: 'error', errorType: 'Runtime.AfterRestoreError' }),
        }),
      );
    },
  );

  test('keeps no environment that nobody asked for during its lifetime, and starts one for who asks then', async () => {
    const version = functionVersion(snapStart);
    await fixture.pool.publish(version);
    fixture.clock.advance(15_000_000);
    await vi.waitUntil(() => waiting() === 0, PATIENT);
    expect(fixture.pool.counts().starting).toBe(0);
    expect((await fixture.invoke(version, { do: 'echo', value: 1 })).value).toBe(1);
    await vi.waitUntil(() => waiting() === 2 && fixture.pool.counts().starting === 0, PATIENT);
  });

  test('that is deleted while invocations wait for it runs them, and leaves nothing', async () => {
    await fixture.close();
    fixture = new PoolFixture({ parallelStarts: 1 });
    const version = functionVersion(snapStart);
    await fixture.pool.publish(version);
    const answers = [1, 2, 3].map((value) => fixture.invoke(version, { do: 'echo', value }));
    fixture.pool.retire(version.functionArn, new Set());
    expect((await Promise.all(answers)).map(({ value }) => value)).toEqual([1, 2, 3]);
    await vi.waitUntil(() => fixture.pool.counts().starting === 0, PATIENT);
    expect(fixture.pool.counts()).toEqual({ starting: 0, idle: 0, busy: 0 });
  });

  test('whose environments are all ended is not published any more', async () => {
    const slow = functionVersion({ ...snapStart, handler: 'init-hang' });
    const published = fixture.pool.publish(slow);
    await vi.waitUntil(() => fixture.pool.counts().starting === 1, PATIENT);
    await fixture.pool.destroyAll();
    expect(await published).toBe('abandoned');
  });
});
