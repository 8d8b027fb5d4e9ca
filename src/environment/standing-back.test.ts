import { afterAll, beforeEach, expect, test, vi } from 'vitest';
import { ProcessDriver } from '../sandbox/process/process-driver.ts';
import type { Sandbox, SandboxSpec } from '../sandbox/sandbox.ts';
import { functionVersion, invocation, PoolFixture } from './testing/pool-fixture.ts';

/** A real driver that notes which sandbox is told to stand back. */
class NotingDriver extends ProcessDriver {
  readonly created: string[] = [];
  readonly stoodBack: string[] = [];

  override async create(spec: SandboxSpec): Promise<Sandbox> {
    const sandbox = await super.create(spec);
    this.created.push(spec.id);
    sandbox.standBack = () => void this.stoodBack.push(spec.id);
    return sandbox;
  }
}

const driver = new NotingDriver();
const it = new PoolFixture({ driver });
afterAll(async () => {
  await it.close();
  await driver.close();
});
beforeEach(() => {
  driver.created.length = 0;
  driver.stoodBack.length = 0;
});

test('who is started again after a crash stands back, and nobody else', async () => {
  const version = functionVersion();
  await it.invoke(version, { do: 'count' });
  await it.invoke(version, { do: 'exit', code: 1 });
  expect(driver.stoodBack).toEqual([]);
  await it.invoke(version, { do: 'count' });
  expect(driver.created).toHaveLength(1);
  expect(driver.stoodBack).toEqual(driver.created);
});

test('a new environment stands back while another of its deployment is starting again', async () => {
  const version = functionVersion();
  await it.invoke(version, { do: 'exit', code: 1 });
  const both = [it.run(version, invocation({ do: 'count' })), it.run(version, invocation({ do: 'count' }))];
  await vi.waitFor(() => expect(driver.stoodBack).toHaveLength(2), 30_000);
  expect(new Set(driver.stoodBack)).toEqual(new Set(driver.created));
  expect(driver.created).toHaveLength(2);
  await Promise.all(both);
});
