import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { beside } from '../../test/support/beside.ts';
import type { FunctionVersion } from '../model/function-version.ts';
import { type Answer, functionVersion, invocation, PoolFixture } from './testing/pool-fixture.ts';

const fixtures: PoolFixture[] = [];

function fixture(options: ConstructorParameters<typeof PoolFixture>[0] = {}): PoolFixture {
  const made = new PoolFixture(options);
  fixtures.push(made);
  return made;
}

afterEach(async () => {
  await Promise.all(fixtures.splice(0).map((each) => each.close()));
});

const count = { do: 'count' };

/** So many that run until all of them do. */
async function together(it: PoolFixture, version: FunctionVersion, size: number): Promise<Answer[]> {
  const path = join(it.directory, `together-${version.deploymentId}`);
  const running = Promise.all(
    Array.from({ length: size }, async () => await it.invoke(version, { do: 'until', path })),
  );
  const allRun = (): void => expect(it.pool.counts().busy).toBe(size);
  await beside(running, async () => await vi.waitFor(allRun, 25_000));
  writeFileSync(path, '');
  return await running;
}

describe('the pool', () => {
  test('reuses an environment: one after another, all in the same', async () => {
    const it = fixture();
    const version = functionVersion();
    for (const expected of [1, 2, 3, 4]) expect((await it.invoke(version, count)).value).toBe(expected);
    expect(it.logs.size).toBe(1);
    await vi.waitFor(() => expect(it.pool.counts()).toEqual({ starting: 0, idle: 1, busy: 0 }), 25_000);
  });

  test('has an environment for each of those that run at the same time', async () => {
    const it = fixture();
    const version = functionVersion();
    const answers = await together(it, version, 3);
    expect(answers.map(({ value }) => value)).toEqual([null, null, null]);
    expect(it.logs.size).toBe(3);
  });

  test('answers 200 at once, and none is lost', async () => {
    const it = fixture();
    const version = functionVersion();
    await it.invoke(version, count);
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => it.invoke(version, { do: 'sleep', ms: 200 })),
    );
    expect(answers.filter(({ functionError }) => functionError === undefined)).toHaveLength(200);
    expect(it.lines().filter((line) => line.startsWith('START '))).toHaveLength(201);
  });

  test('takes the environment used last', async () => {
    const it = fixture();
    const version = functionVersion();
    await together(it, version, 3);
    await vi.waitFor(() => expect(it.pool.counts()).toEqual({ starting: 0, idle: 3, busy: 0 }), 25_000);
    const counts: unknown[] = [];
    for (let i = 0; i < 5; i += 1) counts.push((await it.invoke(version, count)).value);
    expect(counts).toEqual([1, 2, 3, 4, 5]);
  });

  test('starts no more at once than it may, and drops starts nobody waits for', async () => {
    const it = fixture({ parallelStarts: 1 });
    const version = functionVersion();
    const running = Promise.all(Array.from({ length: 40 }, () => it.invoke(version, count)));
    expect(it.pool.counts().starting).toBe(1);
    await running;
    await vi.waitFor(() => expect(it.pool.counts()).toMatchObject({ starting: 0, busy: 0 }), 25_000);
    expect(it.logs.size).toBeLessThan(10);
  });

  test('turns away who came last when a function would grow too fast', async () => {
    const left = { [functionVersion().functionArn]: 3, 'arn:other': 1 };
    const it = fixture({
      parallelStarts: 1,
      scaling: {
        take: (arn) => {
          left[arn] = (left[arn] ?? 0) - 1;
          return (left[arn] ?? 0) < 0 ? new Error('too fast') : undefined;
        },
        giveBack: (arn) => {
          left[arn] = (left[arn] ?? 0) + 1;
        },
      },
    });
    const version = functionVersion();
    const attempts = [1, 2, 3, 4, 5].map(() => it.invoke(version, count));
    const other = it.invoke(functionVersion({ functionArn: 'arn:other' }), count);
    const outcomes = await Promise.allSettled(attempts);
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ]);
    expect(outcomes[4]).toMatchObject({ reason: { message: 'too fast' } });
    expect((await other).value).toBe(1);
    // Starts that turned out not to be needed were given back.
    await vi.waitFor(() => expect(left[version.functionArn]).toBe(-2 + 3 - it.logs.size + 1), 25_000);
  });

  test('keeps functions and deployments apart', async () => {
    const it = fixture();
    const versions = [functionVersion(), functionVersion(), functionVersion({ functionArn: 'arn:other' })];
    for (const version of versions) expect((await it.invoke(version, count)).value).toBe(1);
    // Another snapshot of the same deployment is the same deployment.
    expect((await it.invoke({ ...functionVersion(versions[0]) }, count)).value).toBe(2);
  });

  test('retires the idle at once and the busy after their invocation; nothing fails', async () => {
    const it = fixture();
    const old = functionVersion();
    const current = functionVersion();
    await together(it, old, 2);
    const path = join(it.directory, 'let-go');
    const inFlight = it.invoke(old, { do: 'until', path });
    await beside(inFlight, async () => await it.invoke(current, count));
    const settled = (): void => expect(it.pool.counts()).toEqual({ starting: 0, idle: 2, busy: 1 });
    await beside(inFlight, async () => await vi.waitFor(settled, 25_000));
    it.pool.retire(old.functionArn, new Set([current.deploymentId]));
    expect(it.pool.counts()).toEqual({ starting: 0, idle: 1, busy: 1 });
    // Chosen before the update, run after it.
    const late = it.invoke(old, count);
    writeFileSync(path, '');
    expect(await inFlight).toMatchObject({ value: null, functionError: undefined });
    expect((await late).functionError).toBeUndefined();
    await vi.waitFor(() => expect(it.pool.counts()).toEqual({ starting: 0, idle: 1, busy: 0 }), 25_000);
    expect((await it.invoke(current, count)).value).toBe(2);
    await vi.waitFor(() => expect(readdirSync(join(it.directory, 'scratch'))).toHaveLength(1), 25_000);
  });

  test('removes what nobody has used for a while, by platform time', async () => {
    const it = fixture({ idleExpiryMs: 60_000 });
    it.clock.freeze();
    const version = functionVersion();
    await it.invoke(version, count);
    await vi.waitFor(() => expect(it.pool.counts().idle).toBe(1), 25_000);
    it.clock.advance(59_000);
    expect(it.pool.counts().idle).toBe(1);
    expect((await it.invoke(version, count)).value).toBe(2);
    await vi.waitFor(() => expect(it.pool.counts().idle).toBe(1), 25_000);
    it.clock.advance(59_000);
    expect(it.pool.counts().idle).toBe(1);
    it.clock.advance(1500);
    expect(it.pool.counts().idle).toBe(0);
    expect((await it.invoke(version, count)).value).toBe(1);
  });

  test('uses no environment longer than its lifetime, however busy it is', async () => {
    const it = fixture({ lifetimeMs: 3_600_000, idleExpiryMs: 86_400_000 });
    const version = functionVersion();
    expect((await it.invoke(version, count)).value).toBe(1);
    it.clock.advance(2_800_000);
    expect((await it.invoke(version, count)).value).toBe(2);
    const busy = it.invoke(version, { do: 'sleep', ms: 200 });
    it.clock.advance(800_000);
    expect((await busy).functionError).toBeUndefined();
    await vi.waitFor(() => expect(it.pool.counts()).toEqual({ starting: 0, idle: 0, busy: 0 }), 25_000);
    expect((await it.invoke(version, count)).value).toBe(1);
    await vi.waitFor(() => expect(it.pool.counts().idle).toBe(1), 25_000);
    it.clock.advance(3_600_000);
    expect(it.pool.counts().idle).toBe(0);
  });

  test('gives everything up when told, and can be used again', async () => {
    // Were anybody to wait for the initialisation that hangs, they would wait for so long.
    const it = fixture({ initLimitMs: 3_600_000 });
    const version = functionVersion();
    await it.invoke(version, count);
    const { answer: running } = it.hold(version);
    const starting = it.run(functionVersion({ handler: 'init-hang' }), invocation(count));
    await vi.waitFor(
      () => expect(it.lines().filter((line) => line.startsWith('INIT_START'))).toHaveLength(2),
      25_000,
    );
    const rejected = Promise.all([
      expect(running).rejects.toMatchObject({ code: 'ServiceException', members: { Type: 'Service' } }),
      expect(starting).rejects.toMatchObject({ code: 'ServiceException', members: { Type: 'Service' } }),
    ]);
    await it.pool.destroyAll();
    expect(it.warnings).toEqual([]);
    await rejected;
    expect(it.pool.counts()).toEqual({ starting: 0, idle: 0, busy: 0 });
    expect(readdirSync(join(it.directory, 'scratch'))).toEqual([]);
    expect((await it.invoke(version, count)).value).toBe(1);
  });

  test('runs nothing after it was closed', async () => {
    const it = fixture();
    await it.invoke(functionVersion(), count);
    await it.pool.close();
    await expect(it.run(functionVersion(), invocation(count))).rejects.toMatchObject({
      code: 'ServiceException',
    });
    expect(existsSync(join(it.directory, 'scratch'))).toBe(true);
  });

  test('rejects when the machine lacks the runtime, naming it', async () => {
    const it = fixture();
    const version = functionVersion({ runtime: 'unknown' });
    const all = [1, 2, 3].map(() => it.run(version, invocation(count)));
    for (const each of all) {
      await expect(each).rejects.toMatchObject({
        code: 'InvalidRuntimeException',
        status: 502,
        message: 'This machine has no such runtime.',
      });
    }
    await vi.waitFor(() => expect(it.pool.counts()).toEqual({ starting: 0, idle: 0, busy: 0 }), 25_000);
  });
});
