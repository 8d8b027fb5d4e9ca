import { availableParallelism } from 'node:os';
import type { FunctionVersion } from '../model/function-version.ts';
import type { Completion, Invocation, InvocationResult } from '../model/invocation.ts';
import { environmentRemoved, serviceException, tooManyRequests } from '../model/lambda-errors.ts';
import { ServiceError } from '../model/service-error.ts';
import type { SnapshotOutcome } from '../model/snapshot-outcome.ts';
import { filesAreScarce } from '../sandbox/open-files.ts';
import type { DeploymentGroup } from './deployment-group.ts';
import { DeploymentGroups } from './deployment-groups.ts';
import { countEnvironments, type EnvironmentCounts } from './environment-counts.ts';
import { EnvironmentFactory } from './environment-factory.ts';
import { EnvironmentStarts } from './environment-starts.ts';
import type { EnvironmentFactoryOptions } from './environment-factory.ts';
import type { ExecutionEnvironment } from './execution-environment.ts';
import { IdleExpiry } from './idle-expiry.ts';
import { Lifetimes } from './lifetimes.ts';
import type { ProvisionedState } from './provisioned-environments.ts';
import { memoryIsScarce, Provisioning } from './provisioning.ts';
import { Removals } from './removals.ts';
import { RoomForStarts } from './room-for-starts.ts';
import { Snapshots } from './snap-start/snapshots.ts';
import { type ScalingRate, StartQueue, UNLIMITED } from './start-queue.ts';
import { TurnWatch } from './turn-watch.ts';

export interface EnvironmentPoolOptions extends EnvironmentFactoryOptions {
  /** An environment unused for this long, in platform time, is removed. */
  readonly idleExpiryMs: number;
  /** No environment is used for longer than this, in platform time. */
  readonly lifetimeMs: number;
  /** Environments that may be starting at once; by default twice the processors. */
  readonly parallelStarts?: number;
  /** Whether the machine has too little memory left: provisioned environments wait, idle ones go. */
  readonly memoryIsScarce?: () => boolean;
  /** Whether this process may open too few files for another environment. */
  readonly filesAreScarce?: () => boolean;
  /** By default functions grow as fast as the machine can. */
  readonly scaling?: ScalingRate;
  /** Tenants that may have environments at once. */
  readonly tenantLimit?: number;
}

/**
 * All execution environments of this process. An invocation takes a provisioned environment or the idle one used last; where
 * none is, or enough are busy with brief invocations, it waits, oldest first, for one that is new or has finished.
 */
export class EnvironmentPool {
  /** Makes the environments, keeps records of them, and starts runtimes ahead of need. */
  readonly factory: EnvironmentFactory;
  readonly room: RoomForStarts;
  readonly #onWarning: (text: string) => void;
  readonly #groups: DeploymentGroups;
  readonly #starts: StartQueue;
  readonly #begun: EnvironmentStarts;
  readonly #provisioning: Provisioning;
  readonly #snapshots: Snapshots;
  readonly #expiry: IdleExpiry;
  readonly #lifetimes: Lifetimes;
  readonly #removals: Removals;
  readonly #watch = new TurnWatch((group) => this.#serveWaiting(group));
  #isClosed = false;

  constructor(options: EnvironmentPoolOptions) {
    this.factory = new EnvironmentFactory(options, () => this.#starts.isStarting);
    this.#onWarning = options.onWarning;
    this.#groups = new DeploymentGroups(options.tenantLimit ?? Number.POSITIVE_INFINITY);
    this.#removals = new Removals(options.onWarning);
    this.#starts = new StartQueue({
      limit: options.parallelStarts ?? 2 * availableParallelism(),
      start: (group, type) => this.#begun.start(group, type),
      onEnded: (group) => this.#groups.dropIfEmpty(group),
      memoryIsScarce: () => this.#provisioning.waitsForMemory(options.memoryIsScarce ?? memoryIsScarce),
      scaling: options.scaling ?? UNLIMITED,
    });
    const demand = (group: DeploymentGroup): void => this.#starts.demand(group);
    const host = { clock: options.clock, demand, remove: this.#remove, onWarning: options.onWarning };
    this.#snapshots = new Snapshots(host);
    this.#provisioning = new Provisioning({
      ...host,
      serve: (environment, group) => this.#serve(environment, group),
    });
    const groups = (): Iterable<DeploymentGroup> => this.#groups.values();
    this.#expiry = new IdleExpiry(options.clock, options.idleExpiryMs, groups, this.#remove);
    this.#lifetimes = new Lifetimes(options.clock, options.lifetimeMs, groups, this.#remove);
    this.room = new RoomForStarts({
      filesAreScarce: options.filesAreScarce ?? filesAreScarce,
      memoryIsScarce: options.memoryIsScarce ?? memoryIsScarce,
      removeOldest: (count) => this.#expiry.removeOldest(count),
      removed: async () => await this.#removals.begunOnes(),
      onWarning: options.onWarning,
    });
    this.#begun = new EnvironmentStarts({
      room: this.room,
      factory: () => this.factory,
      lifetimes: this.#lifetimes,
      removals: this.#removals,
      provisioning: this.#provisioning,
      snapshots: this.#snapshots,
      onAvailable: (environment, group, tookMs) => this.#onAvailable(environment, group, tookMs),
      onFailed: (group, error) => this.#failStart(group, error),
    });
  }

  /**
   * Runs an invocation in an environment of exactly this version's deployment. Function errors are in the result;
   * fails with ServiceError when the function cannot be run at all.
   */
  run(version: FunctionVersion, invocation: Invocation, completion: Completion<InvocationResult>): void {
    const { tenantId } = invocation;
    const group =
      tenantId === undefined ? this.#groups.of(version) : this.#groups.ofTenant(version, tenantId);
    if (group === undefined) return completion.fail(tooManyRequests('ConcurrentInvocationLimitExceeded'));
    this.#watch.see(group);
    const isToWait = group.isWellUsed;
    const found = isToWait ? undefined : this.#takeIdle(group);
    if (found !== undefined) found.invoke(invocation, completion, group.turnover.isLimited);
    else if (isToWait) group.waitTurn(invocation, completion);
    else this.#wait(group, invocation, completion);
  }

  /** Keeps so many environments of the version initialised from now on, and tries anew if that has failed before. */
  provision(version: FunctionVersion, target: number): void {
    if (this.#isClosed) return;
    const group = this.#groups.living(version);
    this.#provisioning.aim(group, target);
    this.#groups.dropIfEmpty(group);
  }

  /** A version with SnapStart is being published: initialises it, and says what came of that. */
  async publish(version: FunctionVersion): Promise<SnapshotOutcome> {
    if (this.#isClosed) return 'abandoned';
    const group = this.#groups.living(version);
    const outcome = await this.#snapshots.publish(group);
    this.#groups.dropIfEmpty(group);
    return outcome;
  }

  /** One of a version with SnapStart shall wait to be restored. */
  keepSnapshot(version: FunctionVersion): void {
    if (!this.#isClosed) this.#snapshots.keepOne(this.#groups.living(version));
  }

  /** Undefined when none was asked for. */
  provisionedState(version: FunctionVersion): ProvisionedState | undefined {
    return this.#groups.known(version)?.provisioned?.state;
  }

  /**
   * A function changed or is gone: environments of its other deployments go, the busy ones after their invocation.
   * Nothing in flight and nothing that waits fails.
   * @param functionArn unqualified
   */
  retire(functionArn: string, keepDeploymentIds: ReadonlySet<string>): void {
    for (const group of this.#groups.values()) {
      if (group.version.functionArn !== functionArn) continue;
      group.isRetired = !keepDeploymentIds.has(group.version.deploymentId);
      if (!group.isRetired) continue;
      for (const { environment } of group.idle.splice(0)) this.#remove(environment, group);
      if (group.provisioned !== undefined) this.#provisioning.aim(group, 0);
      this.#snapshots.end(group);
      this.#groups.dropIfEmpty(group);
    }
  }

  counts(): EnvironmentCounts {
    return countEnvironments(this.#groups.values());
  }

  /** Ends every environment at once; what runs or waits fails. The pool can be used again. */
  async destroyAll(): Promise<void> {
    this.#begun.abandon();
    this.#snapshots.abandon();
    // Who is failed may come back at once, to new ones.
    const groups = this.#groups.takeAll();
    for (const group of groups)
      for (const each of group.clear(environmentRemoved())) void this.#removals.remove(each);
    await Promise.all([this.#starts.settled(), this.factory.prepared.clear()]);
    await this.#removals.settled();
  }

  /** As `destroyAll`, and nothing runs afterwards. The driver is its owner's to close. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#expiry.stop();
    this.#lifetimes.stop();
    await this.factory.prepared.close();
    await this.destroyAll();
  }

  #takeIdle(group: DeploymentGroup): ExecutionEnvironment | undefined {
    let found = group.takeIdle();
    for (; found?.isSpent === true; found = group.takeIdle()) this.#remove(found, group);
    return found;
  }

  #wait(group: DeploymentGroup, invocation: Invocation, completion: Completion<InvocationResult>): void {
    if (this.#isClosed) return completion.fail(environmentRemoved());
    // A version that was used, dropped and is used again.
    const living = group.isRemoved ? this.#groups.living(group.version) : group;
    living.wait(invocation, completion);
    this.#starts.demandSoon(living);
  }

  /** Those who waited their turn, and need not any more. */
  #serveWaiting(group: DeploymentGroup): void {
    while (group.waiters.length > 0 && !group.isWellUsed) {
      const found = this.#takeIdle(group);
      if (found === undefined) return this.#starts.demand(group);
      this.#serve(found, group);
    }
  }

  /** An environment can take an invocation: just started, done with one, or reset after a failure. */
  #onAvailable(environment: ExecutionEnvironment, group: DeploymentGroup, tookMs: number | undefined): void {
    if (!group.environments.has(environment)) return;
    if (tookMs !== undefined) group.turnover.ended(tookMs);
    if (group.runners.goOn(environment)) return;
    if (group.provisioned?.has(environment) === true)
      this.#provisioning.onAvailable(environment, group, group.provisioned);
    else if (environment.isSpent) this.#remove(environment, group);
    else if (group.waiters.length > 0 && !group.isOverused) this.#serve(environment, group);
    else if (group.isRetired) this.#remove(environment, group);
    else group.idle.push({ environment, sinceMs: this.#expiry.begin() });
  }

  #serve(environment: ExecutionEnvironment, group: DeploymentGroup): void {
    const waiter = group.waiters.shift();
    if (waiter === undefined) return;
    environment.invoke(waiter.invocation, waiter.completion, group.turnover.isLimited);
    group.runners.follow(environment);
  }

  /** The one that waits longest learns why; the others have starts, or get them, of their own. */
  #failStart(group: DeploymentGroup, error: Error): void {
    const waiter = group.waiters.shift();
    const shown = error instanceof ServiceError ? error : serviceException(error.message);
    if (waiter === undefined) this.#onWarning(`${group.version.functionArn}: ${error.message}`);
    else waiter.completion.fail(shown);
  }

  readonly #remove = (environment: ExecutionEnvironment, group: DeploymentGroup): void => {
    group.environments.delete(environment);
    group.provisioned?.delete(environment);
    group.snapshots?.delete(environment);
    group.runners.leave(environment);
    void this.#removals.remove(environment);
    this.#starts.demand(group);
    this.#groups.dropIfEmpty(group);
  };
}
