import { afterEach, beforeEach, expect, test } from 'vitest';
import { MovableClock } from '../../model/clock.ts';
import { openStore } from '../../store/open-store.ts';
import type { Store } from '../../store/store.ts';
import type { ScalableCapacity } from './autoscaling-dependencies.ts';
import { findDefinition, writeDefinition } from './definition-rows.ts';
import { ScalingRunner } from './scaling-runner.ts';

const RESOURCE = {
  accountId: '000000000000',
  region: 'us-east-1',
  resourceId: 'function:f:1',
  name: 'f',
  qualifier: '1',
};

let store: Store;
let clock: MovableClock;

beforeEach(async () => {
  store = await openStore({ dataDir: '', url: undefined, ephemeral: true, onWarning: expect.unreachable });
  clock = new MovableClock();
  clock.freeze();
  await store.write(async (tx, announce) => {
    const suspended = { scaleIn: false, scaleOut: false, scheduled: false };
    const target = { id: 't', min: 1, max: 5, suspended, createdAtMs: 0 };
    await writeDefinition(tx, announce, 'target', { resource: RESOURCE, name: '', value: target });
    const policy = {
      id: 'p',
      targetValue: 0.7,
      scaleOutCooldownS: undefined,
      scaleInCooldownS: undefined,
      disableScaleIn: undefined,
      createdAtMs: 0,
    };
    await writeDefinition(tx, announce, 'policy', { resource: RESOURCE, name: 'p', value: policy });
  });
});

afterEach(async () => {
  await store.close();
});

/** @param current called at each look */
function running(current: () => Promise<number>): { runner: ScalingRunner; errors: unknown[] } {
  const errors: unknown[] = [];
  const capacity: ScalableCapacity = {
    exists: async () => true,
    current,
    status: () => undefined,
    set: async () => undefined,
    takeUtilization: () => undefined,
  };
  const runner = new ScalingRunner({
    store,
    clock,
    owner: 'here',
    capacity,
    onError: (error) => errors.push(error),
  });
  runner.begin();
  return { runner, errors };
}

test('what has failed is looked at again soon, later and later, and time that is moved waits for it', async () => {
  let looks = 0;
  const { runner, errors } = running(async () => {
    looks += 1;
    if (looks < 4) throw new Error('The database is away.');
    return 1;
  });
  for (const [passMs, lookedThen] of [
    [999, 1],
    [1, 2],
    [1_999, 2],
    [1, 3],
    [3_999, 3],
    [1, 4],
  ] as const) {
    await clock.pass(passMs);
    expect([looks, errors.length]).toEqual([lookedThen, Math.min(3, lookedThen)]);
  }
  await runner.stop();
});

test('what is put while a look fails is looked at a second later, however often looks have failed before', async () => {
  let looks = 0;
  const { runner } = running(async () => {
    looks += 1;
    if (looks > 6) return 1;
    if (looks === 6)
      await store.write(async (tx, announce) => {
        const suspended = { scaleIn: false, scaleOut: false, scheduled: false };
        const value = { id: 't', min: 1, max: 6, suspended, createdAtMs: 0 };
        await writeDefinition(tx, announce, 'target', { resource: RESOURCE, name: '', value });
      });
    throw new Error('The database is away.');
  });
  // After 1, 2, 4, 8 and 16 seconds.
  await clock.pass(31_000);
  expect(looks).toBe(6);
  await clock.pass(1_000);
  expect(looks).toBe(7);
  await runner.stop();
});

test('whoever has stopped it can close the store', async () => {
  const look = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<number>();
  const { runner, errors } = running(async () => {
    look.resolve();
    return await answer.promise;
  });
  clock.advance(0);
  await look.promise;
  const stopped = runner.stop();
  answer.resolve(1);
  await stopped;
  await store.close();
  await clock.pass(600_000);
  expect(errors).toEqual([]);
});

test('actions whose times have passed run in their order: the last one counts', async () => {
  const nowMs = clock.now();
  const hoursAgo = (hours: number): string => new Date(nowMs - hours * 3_600_000).toISOString().slice(0, 19);
  const plans = [
    { name: 'a', schedule: `at(${hoursAgo(1)})`, min: 4, max: 4 },
    { name: 'b', schedule: `at(${hoursAgo(9)})`, min: 9, max: 9 },
    // Twelve times by now, the last one between those.
    { name: 'c', schedule: 'rate(8 hours)', min: 8, max: 8 },
  ];
  for (const { name, ...plan } of plans) {
    const createdAtMs = nowMs - 100 * 3_600_000;
    const when = { timeZone: undefined, startMs: undefined, endMs: undefined, createdAtMs };
    const value = { id: name, ...plan, ...when, doneUntilMs: createdAtMs };
    await store.write(
      async (tx, announce) =>
        await writeDefinition(tx, announce, 'action', { resource: RESOURCE, name, value }),
    );
  }
  const { runner, errors } = running(async () => 1);
  await clock.pass(0);
  await runner.stop();
  expect(errors).toEqual([]);
  expect(await findDefinition(store.db, 'target', RESOURCE)).toMatchObject({ min: 4, max: 4 });
});
