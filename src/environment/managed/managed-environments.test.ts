import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { functionVersion, invocation, PoolFixture } from '../testing/pool-fixture.ts';
import { ManagedEnvironments } from './managed-environments.ts';

let it: PoolFixture;
let managed: ManagedEnvironments;
let filesAreScarce: boolean;

const version = functionVersion({ version: '1', maxConcurrency: 2 });

beforeEach(() => {
  filesAreScarce = false;
  it = new PoolFixture({ filesAreScarce: () => filesAreScarce });
  managed = new ManagedEnvironments({
    factory: it.pool.factory,
    room: it.pool.room,
    clock: it.clock,
    idleExpiryMs: 900_000,
    lifetimeMs: 14_400_000,
    onWarning: (text) => it.warnings.push(text),
  });
});

afterEach(async () => {
  await managed.close();
  await it.close();
});

/** One that does not come to the end of its initialisation. */
async function hanging(): Promise<void> {
  managed.scale({ ...version, handler: 'init-hang' }, { minEnvironments: 1 });
  await vi.waitFor(() => expect(it.lines().join()).toContain('INIT_START'), 25_000);
}

test.each(['destroyAll', 'close'] as const)('those that are starting have ended after %s', async (end) => {
  await hanging();
  await managed[end]();
  expect(it.pool.factory.records.all()).toEqual([]);
  expect(managed.counts()).toEqual({ starting: 0, idle: 0, busy: 0 });
});

test('those that have no process yet end with the others', async () => {
  managed.scale(version, { minEnvironments: 1 });
  await managed.destroyAll();
  expect(it.pool.factory.records.all()).toEqual([]);
  expect(it.lines()).toEqual([]);
});

test('who comes after all have ended is served', async () => {
  await hanging();
  const ended = managed.destroyAll();
  const answer = await managed.run(version, invocation({ do: 'count' }));
  expect(Buffer.from(answer.payload).toString()).toBe('1');
  await ended;
  expect(managed.counts()).toEqual({ starting: 0, idle: 1, busy: 0 });
});

test('none is started that there are no files for', async () => {
  filesAreScarce = true;
  await expect(managed.run(version, invocation({ do: 'count' }))).rejects.toThrow(
    'Lambent may open too few files to start another execution environment.',
  );
  filesAreScarce = false;
  expect((await managed.run(version, invocation({ do: 'count' }))).functionError).toBeUndefined();
});

test('a version that may have environments again keeps those that it still has', async () => {
  managed.scale(version, { minEnvironments: 1 });
  const path = join(it.directory, 'go');
  const running = managed.run(version, invocation({ do: 'until', path }));
  await vi.waitFor(() => expect(managed.counts().busy).toBe(1), 25_000);
  managed.retire(version.functionArn, new Set());
  managed.scale({ ...version }, { minEnvironments: 1 });
  writeFileSync(path, '');
  await running;
  await vi.waitFor(() => expect(managed.counts()).toEqual({ starting: 0, idle: 1, busy: 0 }), 25_000);
  expect(it.logs.size).toBe(1);
});
