import { expect, test } from 'vitest';
import { ProcessDriver } from '../sandbox/process/process-driver.ts';
import type { Sandbox, SandboxSpec } from '../sandbox/sandbox.ts';
import { functionVersion, PoolFixture } from './testing/pool-fixture.ts';

/** The driver for processes, which also tells what it was asked for. */
class ToldDriver extends ProcessDriver {
  readonly shares: number[] = [];

  override async create(spec: SandboxSpec): Promise<Sandbox> {
    this.shares.push(spec.limits.cpuShare);
    return await super.create(spec);
  }
}

const listener = { onAvailable: () => undefined, onIdleLost: () => undefined };

test('processors come with memory: one for 1769 MB, and on managed instances as ExecutionEnvironmentMemoryGiBPerVCpu says', async () => {
  const driver = new ToldDriver();
  const it = new PoolFixture({ driver });
  await it.invoke(functionVersion({ memoryMb: 1769 }), { do: 'count' });
  await it.invoke(functionVersion({ memoryMb: 10_240 * 2 }), { do: 'count' });
  for (const memoryMbPerVcpu of [2048, 8192]) {
    const version = functionVersion({ memoryMb: 8192, maxConcurrency: 2, memoryMbPerVcpu });
    const shared = await it.pool.factory.createShared(version, 2, listener);
    await shared.destroy();
  }
  expect(driver.shares).toEqual([1, 6, 4, 1]);
  await it.close();
  await driver.close();
});
