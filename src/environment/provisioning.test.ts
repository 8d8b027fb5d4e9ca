import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { FunctionVersion } from '../model/function-version.ts';
import { answerOf, functionVersion, invocation, PoolFixture } from './testing/pool-fixture.ts';

const fixtures: PoolFixture[] = [];

function fixture(options: ConstructorParameters<typeof PoolFixture>[0] = {}): PoolFixture {
  const made = new PoolFixture(options);
  fixtures.push(made);
  return made;
}

afterEach(async () => {
  await Promise.all(fixtures.splice(0).map((each) => each.close()));
});

/** Provisions and waits until the environments are ready. */
async function provisioned(it: PoolFixture, version: FunctionVersion, target: number): Promise<void> {
  it.pool.provision(version, target);
  await vi.waitFor(
    () => expect(it.pool.provisionedState(version)).toMatchObject({ ready: target, isComplete: true }),
    25_000,
  );
}

async function typeOf(it: PoolFixture, version: FunctionVersion): Promise<string> {
  const { value } = await it.invoke(version, { do: 'env' });
  return (value as Record<string, string>)['AWS_LAMBDA_INITIALIZATION_TYPE'] ?? '';
}

describe('provisioned environments', () => {
  test('are initialised before anybody asks, and taken first', async () => {
    const it = fixture();
    const version = functionVersion();
    await it.invoke(version, { do: 'count' });
    await provisioned(it, version, 2);
    expect(it.lines().filter((line) => line.startsWith('INIT_START'))).toHaveLength(3);
    expect(it.lines().filter((line) => /^INIT_REPORT Init Duration: [\d.]+ ms$/.test(line))).toHaveLength(2);
    const types = await Promise.all([typeOf(it, version), typeOf(it, version)]);
    expect(types).toEqual(['provisioned-concurrency', 'provisioned-concurrency']);
  });

  test('serve callers that come back at once, and on-demand ones help out', async () => {
    const it = fixture();
    const version = functionVersion();
    await provisioned(it, version, 1);
    for (let i = 1; i <= 20; i += 1) expect((await it.invoke(version, { do: 'count' })).value).toBe(i);
    expect(it.logs.size).toBe(1);
    const busy = it.hold(version);
    expect(await typeOf(it, version)).toBe('on-demand');
    busy.release();
    await busy.answer;
    await vi.waitFor(() => expect(it.pool.counts()).toEqual({ starting: 0, idle: 2, busy: 0 }), 25_000);
    expect(await typeOf(it, version)).toBe('provisioned-concurrency');
  });

  test('do not expire', async () => {
    const it = fixture({ idleExpiryMs: 60_000 });
    const version = functionVersion();
    await provisioned(it, version, 1);
    const busy = it.hold(version);
    await it.invoke(version, { do: 'count' });
    busy.release();
    await busy.answer;
    await vi.waitFor(() => expect(it.pool.counts()).toEqual({ starting: 0, idle: 2, busy: 0 }), 25_000);
    it.clock.advance(3_600_000);
    expect(it.pool.counts()).toEqual({ starting: 0, idle: 1, busy: 0 });
    expect(await typeOf(it, version)).toBe('provisioned-concurrency');
  });

  test('are replaced when they have lived their time', async () => {
    const it = fixture({ lifetimeMs: 3_600_000 });
    const version = functionVersion();
    await provisioned(it, version, 2);
    await it.invoke(version, { do: 'count' });
    it.clock.advance(3_600_000);
    await vi.waitFor(() => expect(it.pool.provisionedState(version)?.ready).toBe(2), 25_000);
    expect((await it.invoke(version, { do: 'count' })).value).toBe(1);
    expect(it.logs.size).toBe(4);
  });

  test.each([
    ['in an invocation', { do: 'exit', code: 1 }],
    // The child outlives the answer and kills the parked runtime.
    ['while idle', { do: 'child', script: 'sleep 0.2; kill -9 $PPID' }],
  ])('that die %s are replaced', async (_when, event) => {
    const it = fixture();
    const version = functionVersion();
    await provisioned(it, version, 1);
    await it.invoke(version, event);
    await vi.waitFor(() => expect(it.logs.size).toBe(2), 25_000);
    await provisioned(it, version, 1);
    expect((await it.invoke(version, { do: 'count' })).value).toBe(1);
    expect(it.logs.size).toBe(2);
  });

  test('that end whenever they have initialised are replaced at once, then after longer and longer pauses', async () => {
    const it = fixture();
    it.clock.freeze();
    const version = functionVersion({ handler: 'idle-death' });
    it.pool.provision(version, 1);
    const rest = { starting: 0, idle: 0, busy: 0 };
    for (const [starts, pauseMs] of [2, 3, 4, 5].map((count) => [count, 1000 * 2 ** (count - 2)] as const)) {
      await vi.waitFor(() => {
        expect(it.pool.counts()).toEqual(rest);
        expect(it.logs.size).toBe(starts);
      }, 25_000);
      it.clock.advance(pauseMs - 1);
      expect(it.pool.counts()).toEqual(rest);
      it.clock.advance(1);
      expect(it.pool.counts()).toEqual({ ...rest, starting: 1 });
    }
    // Who asks anew does not have to wait.
    await vi.waitFor(() => expect(it.pool.counts()).toEqual(rest), 25_000);
    it.pool.provision(version, 1);
    expect(it.pool.counts()).toEqual({ ...rest, starting: 1 });
    it.pool.provision(version, 0);
  });

  test('go when there are to be fewer: idle ones at once, a busy one after its invocation', async () => {
    const it = fixture();
    const version = functionVersion();
    await provisioned(it, version, 3);
    const busy = it.invoke(version, { do: 'sleep', ms: 500 });
    it.pool.provision(version, 1);
    expect(it.pool.counts()).toEqual({ starting: 0, idle: 0, busy: 1 });
    it.pool.provision(version, 0);
    expect((await busy).functionError).toBeUndefined();
    await vi.waitFor(() => expect(it.pool.counts()).toEqual({ starting: 0, idle: 0, busy: 0 }), 25_000);
    expect(it.pool.provisionedState(version)).toMatchObject({ ready: 0, isOpen: false });
  });

  test('go with their deployment', async () => {
    const it = fixture();
    const version = functionVersion();
    await provisioned(it, version, 2);
    it.pool.retire(version.functionArn, new Set());
    expect(it.pool.counts()).toEqual({ starting: 0, idle: 0, busy: 0 });
    await it.pool.destroyAll();
    await provisioned(it, version, 1);
    expect(await typeOf(it, version)).toBe('provisioned-concurrency');
  });

  test('are given up after six failed initialisations, until asked for again', async () => {
    const it = fixture();
    const version = functionVersion({ handler: 'init-exit' });
    it.pool.provision(version, 3);
    const failed = { ready: 0, isOpen: false, isComplete: false, failure: 'FUNCTION_ERROR_INIT_FAILURE' };
    await vi.waitFor(() => expect(it.pool.provisionedState(version)).toEqual(failed), 25_000);
    await vi.waitFor(() => expect(it.pool.counts()).toEqual({ starting: 0, idle: 0, busy: 0 }), 25_000);
    const attempts = it.lines().filter((line) => line.startsWith('INIT_START')).length;
    expect(attempts).toBeGreaterThanOrEqual(6);
    expect(attempts).toBeLessThanOrEqual(8);
    expect((await it.invoke(version, { do: 'count' })).functionError).toBe('Unhandled');
    it.pool.provision(version, 3);
    expect(it.pool.provisionedState(version)?.failure).toBeUndefined();
    await vi.waitFor(() => expect(it.pool.provisionedState(version)).toEqual(failed), 25_000);
  });

  test('may fail to initialise now and then', async () => {
    const it = fixture();
    const path = join(it.directory, 'once');
    const version = functionVersion({ handler: `init-exit-once:${path}` });
    await provisioned(it, version, 2);
    rmSync(path);
    it.pool.provision(version, 3);
    await provisioned(it, version, 3);
    expect(it.pool.provisionedState(version)?.failure).toBeUndefined();
  });

  test('that the platform cannot start say why', async () => {
    const it = fixture();
    const version = functionVersion({ runtime: 'unknown' });
    it.pool.provision(version, 1);
    await vi.waitFor(
      () =>
        expect(it.pool.provisionedState(version)?.failure).toBe(
          'InvalidRuntimeException: This machine has no such runtime.',
        ),
      25_000,
    );
    expect(it.warnings.join()).toContain('This machine has no such runtime.');
  });

  test('leave places to those who wait', async () => {
    const it = fixture({ parallelStarts: 2 });
    const version = functionVersion();
    it.pool.provision(version, 12);
    expect(it.pool.counts().starting).toBe(1);
    const other = functionVersion({ functionArn: 'arn:other' });
    await it.invoke(other, { do: 'count' });
    expect(it.pool.provisionedState(version)?.ready).toBeLessThan(12);
    // Nobody gets one of them before all are there.
    const early = answerOf(await it.run(version, invocation({ do: 'env' })));
    expect(early.value).toMatchObject({ AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand' });
    await provisioned(it, version, 12);
  });

  test('are not started while memory is scarce', async () => {
    let scarce = true;
    const it = fixture({ memoryIsScarce: () => scarce });
    const version = functionVersion();
    it.pool.provision(version, 1);
    expect(await typeOf(it, version)).toBe('on-demand');
    expect(it.pool.counts().starting).toBe(0);
    expect(it.warnings.join()).toContain('too little free memory');
    scarce = false;
    await provisioned(it, version, 1);
  });
});
