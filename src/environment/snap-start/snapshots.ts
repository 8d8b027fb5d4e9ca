import type { SnapshotOutcome } from '../../model/snapshot-outcome.ts';
import type { StatusReason } from '../../model/stored-function.ts';
import type { DeploymentGroup } from '../deployment-group.ts';
import type { ExecutionEnvironment } from '../execution-environment.ts';
import type { FunctionFailure } from '../function-failure.ts';
import { failureReason } from './failure-reason.ts';

/** What the pool does for environments that wait to be restored. */
export interface SnapshotsHost {
  /** Asks for the starts the group needs. */
  readonly demand: (group: DeploymentGroup) => void;
  readonly remove: (environment: ExecutionEnvironment, group: DeploymentGroup) => void;
  readonly onWarning: (text: string) => void;
}

/** Keeps environments of versions with SnapStart initialised and waiting. */
export class Snapshots {
  readonly #host: SnapshotsHost;
  /** Of versions that are being published, who waits for the first to have initialised. */
  readonly #publishing = new Map<DeploymentGroup, PromiseWithResolvers<SnapshotOutcome>>();

  constructor(host: SnapshotsHost) {
    this.#host = host;
  }

  /** The version is being published: says whether its function can be initialised. Asked once. */
  async publish(group: DeploymentGroup): Promise<SnapshotOutcome> {
    if (group.snapshots === undefined || group.snapshots.count > 0) return 'ready';
    const published = Promise.withResolvers<SnapshotOutcome>();
    this.#publishing.set(group, published);
    this.keepOne(group);
    const outcome = await published.promise;
    this.#publishing.delete(group);
    return outcome;
  }

  /** One shall wait to be restored. */
  keepOne(group: DeploymentGroup): void {
    group.snapshots?.keepOne();
    this.#host.demand(group);
  }

  /** None waits any more, and none will. */
  end(group: DeploymentGroup): void {
    for (const waiting of group.snapshots?.end() ?? []) this.#host.remove(waiting, group);
    this.#publishing.get(group)?.resolve('abandoned');
  }

  /** Nobody will be told any more: all environments are being ended. */
  abandon(): void {
    for (const { resolve } of this.#publishing.values()) resolve('abandoned');
  }

  /** An environment has initialised, or its function has failed to. */
  onStarted(
    environment: ExecutionEnvironment,
    group: DeploymentGroup,
    failure: FunctionFailure | undefined,
  ): void {
    if (failure !== undefined) {
      this.#fail(group, failureReason(failure));
      this.#host.remove(environment, group);
    } else if (group.snapshots?.add(environment) === true) {
      group.environments.add(environment);
      this.#publishing.get(group)?.resolve('ready');
    } else this.#host.remove(environment, group);
  }

  /** The platform could not start one. */
  onFailedStart(group: DeploymentGroup, error: Error): void {
    this.#host.onWarning(`SnapStart of ${group.key}: ${error.message}`);
    this.#fail(group, { message: error.message, code: 'InternalError' });
  }

  /** An environment has lost its process while it had nothing to do: another will be restored. */
  onIdleLost(environment: ExecutionEnvironment, group: DeploymentGroup): void {
    if (group.snapshots?.delete(environment) === true) group.snapshots.fail();
    else if (!group.withdraw(environment)) return;
    this.#host.remove(environment, group);
  }

  /** The first one counts for a version that is being published; later ones may have been the machine's fault. */
  #fail(group: DeploymentGroup, reason: StatusReason): void {
    group.snapshots?.fail();
    const published = this.#publishing.get(group);
    if (published === undefined) return;
    group.snapshots?.end();
    published.resolve(reason);
  }
}
