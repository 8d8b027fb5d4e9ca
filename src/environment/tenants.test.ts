import { afterEach, describe, expect, test, vi } from 'vitest';
import { type Answer, functionVersion, PoolFixture } from './testing/pool-fixture.ts';

const fixtures: PoolFixture[] = [];

afterEach(async () => {
  await Promise.all(fixtures.splice(0).map((each) => each.close()));
});

function fixture(options: ConstructorParameters<typeof PoolFixture>[0] = {}) {
  const made = new PoolFixture(options);
  fixtures.push(made);
  const version = functionVersion({ isPerTenant: true, logFormat: 'JSON', systemLogLevel: 'INFO' });
  const count = async (tenantId: string): Promise<Answer> =>
    await made.invoke(version, { do: 'count' }, { tenantId });
  return { made, version, count };
}

describe('environments of tenants', () => {
  test('serve the tenant that they were started for, and nobody else', async () => {
    const { made, count } = fixture();
    for (const [tenantId, expected] of [
      ['blue', 1],
      ['green', 1],
      ['blue', 2],
      ['bl', 1],
      ['green', 2],
    ] as const)
      expect((await count(tenantId)).value).toBe(expected);
    expect(made.logs.size).toBe(3);
    const started = made
      .lines()
      .map((line) => JSON.parse(line) as { type: string; record: { tenantId?: string } })
      .filter(({ type }) => type === 'platform.start');
    const times = (tenantId: string): number =>
      started.filter(({ record }) => record.tenantId === tenantId).length;
    expect(['blue', 'green', 'bl'].map(times)).toEqual([2, 2, 1]);
    expect(started).toHaveLength(5);
  });

  test('are for so many tenants at once, until those of another are removed', async () => {
    const { made, count } = fixture({ tenantLimit: 2 });
    await count('blue');
    await count('green');
    await expect(count('red')).rejects.toMatchObject({
      code: 'TooManyRequestsException',
      members: { Reason: 'ConcurrentInvocationLimitExceeded' },
    });
    expect((await count('blue')).value).toBe(2);
    await vi.waitFor(() => expect(made.pool.counts()).toEqual({ starting: 0, idle: 2, busy: 0 }), 25_000);
    made.clock.advance(900_001);
    expect((await count('red')).value).toBe(1);
  });

  test('go with their deployment', async () => {
    const { made, version, count } = fixture();
    await count('blue');
    await count('green');
    await vi.waitFor(() => expect(made.pool.counts().idle).toBe(2), 25_000);
    made.pool.retire(version.functionArn, new Set());
    expect(made.pool.counts().idle).toBe(0);
    expect((await count('blue')).value).toBe(1);
  });
});
