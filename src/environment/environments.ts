import type { FunctionVersion } from '../model/function-version.ts';
import type { Completion, Invocation, InvocationResult } from '../model/invocation.ts';
import type { EnvironmentScaling } from '../model/managed-instances.ts';
import type { SnapshotOutcome } from '../model/snapshot-outcome.ts';
import { type EnvironmentCounts, sumCounts } from './environment-counts.ts';
import type { EnvironmentFactory } from './environment-factory.ts';
import { EnvironmentPool, type EnvironmentPoolOptions } from './environment-pool.ts';
import { ManagedEnvironments } from './managed/managed-environments.ts';
import type { ProvisionedState } from './provisioned-environments.ts';

/** All execution environments of this process: the pool's, and those that take several invocations at once. */
export class Environments {
  readonly #pool: EnvironmentPool;
  readonly #managed: ManagedEnvironments;

  constructor(options: EnvironmentPoolOptions) {
    this.#pool = new EnvironmentPool(options);
    const { factory, room } = this.#pool;
    this.#managed = new ManagedEnvironments({ ...options, factory, room });
  }

  get factory(): EnvironmentFactory {
    return this.#pool.factory;
  }

  run(version: FunctionVersion, invocation: Invocation, completion: Completion<InvocationResult>): void {
    if (version.maxConcurrency === undefined) return this.#pool.run(version, invocation, completion);
    this.#managed.run(version, invocation).then(
      (result) => completion.succeed(result),
      (error: Error) => completion.fail(error),
    );
  }

  provision(version: FunctionVersion, target: number): void {
    this.#pool.provision(version, target);
  }

  async publish(version: FunctionVersion): Promise<SnapshotOutcome> {
    return await this.#pool.publish(version);
  }

  /** Of one on managed instances. */
  scale(version: FunctionVersion, scaling: EnvironmentScaling): void {
    this.#managed.scale(version, scaling);
  }

  keepSnapshot(version: FunctionVersion): void {
    this.#pool.keepSnapshot(version);
  }

  provisionedState(version: FunctionVersion): ProvisionedState | undefined {
    return this.#pool.provisionedState(version);
  }

  /** @param functionArn unqualified */
  retire(functionArn: string, keepDeploymentIds: ReadonlySet<string>): void {
    this.#pool.retire(functionArn, keepDeploymentIds);
    this.#managed.retire(functionArn, keepDeploymentIds);
  }

  counts(): EnvironmentCounts {
    return sumCounts([this.#pool.counts(), this.#managed.counts()]);
  }

  async destroyAll(): Promise<void> {
    await Promise.all([this.#pool.destroyAll(), this.#managed.destroyAll()]);
  }

  async close(): Promise<void> {
    await Promise.all([this.#pool.close(), this.#managed.close()]);
  }
}
