import { availableParallelism } from 'node:os';
import type { FunctionVersion } from '../../model/function-version.ts';
import type { Invocation, InvocationResult } from '../../model/invocation.ts';
import type { EnvironmentScaling } from '../../model/managed-instances.ts';
import { environmentRemoved, resourceConflict, tooManyRequests } from '../../model/lambda-errors.ts';
import { SharedAppointment } from '../../model/shared-appointment.ts';
import { deploymentKey } from '../deployment-key.ts';
import type { EnvironmentCounts } from '../environment-counts.ts';
import type { EnvironmentFactory } from '../environment-factory.ts';
import type { EnvironmentPoolOptions } from '../environment-pool.ts';
import { drawLifetime } from '../lifetimes.ts';
import { Removals } from '../removals.ts';
import type { RoomForStarts } from '../room-for-starts.ts';
import { ManagedGroup, type ManagedLife } from './managed-group.ts';
import { ManagedStarts } from './managed-starts.ts';
import type { SharedEnvironment } from './shared-environment.ts';

export interface ManagedEnvironmentsOptions
  extends Pick<EnvironmentPoolOptions, 'clock' | 'idleExpiryMs' | 'lifetimeMs' | 'onWarning'> {
  readonly factory: EnvironmentFactory;
  readonly room: Pick<RoomForStarts, 'make'>;
}

type End = (group: ManagedGroup, environment: SharedEnvironment) => void;

/**
 * Environments of functions on managed instances: each takes as many invocations at once as the function says, the one
 * with the fewest first. Where none has room another is started, and whoever waits gets the first place there is. How
 * few and how many there are, a version may say.
 */
export class ManagedEnvironments {
  readonly #options: ManagedEnvironmentsOptions;
  readonly #groups = new Map<string, ManagedGroup>();
  /** How many environments versions say that they have. */
  readonly #scalings = new WeakMap<FunctionVersion, EnvironmentScaling>();
  readonly #startLimit = availableParallelism();
  readonly #removals: Removals;
  readonly #starts: ManagedStarts;
  readonly #idleExpiry: SharedAppointment;
  readonly #lifetimes: SharedAppointment;
  #isClosed = false;

  constructor(options: ManagedEnvironmentsOptions) {
    this.#options = options;
    this.#removals = new Removals(options.onWarning);
    const { factory, room } = options;
    this.#starts = new ManagedStarts({
      factory,
      room,
      removals: this.#removals,
      onBegun: (group, environment) => this.#begin(group, environment),
      onAvailable: (group, environment) => {
        group.losses.forget();
        this.#settle(group, environment);
      },
      onIdleLost: (group, environment) => {
        this.#lose(group);
        this.#settle(group, environment);
      },
      onFailed: (group) => this.#lose(group),
    });
    this.#idleExpiry = new SharedAppointment(options.clock, (nowMs) => this.#endIdle(nowMs));
    this.#lifetimes = new SharedAppointment(options.clock, (nowMs) => this.#endOld(nowMs));
  }

  /** As the pool's: function errors are in the result, and it rejects when the function cannot be run at all. */
  async run(version: FunctionVersion, invocation: Invocation): Promise<InvocationResult> {
    if (this.#isClosed) throw environmentRemoved();
    if (version.version === '$LATEST') {
      throw resourceConflict(
        'The operation cannot be performed at this time. The function is currently in the following state: ActiveNonInvocable',
      );
    }
    const group = this.#groupOf(version);
    const free = group.leastBusy();
    if (free !== undefined) return await this.#give(group, free, invocation);
    if (group.isFull) throw tooManyRequests('ConcurrentInvocationLimitExceeded');
    return await new Promise((resolve, reject) => {
      group.waiters.push({ invocation, resolve, reject });
      this.#demand(group);
    });
  }

  /** From now on the version has so many environments; those beyond go when they have nothing to do for a while. */
  scale(version: FunctionVersion, scaling: EnvironmentScaling): void {
    if (this.#isClosed) return;
    this.#scalings.set(version, scaling);
    const group = this.#groupOf(version);
    group.scaling = scaling;
    // One that was deactivated may be invoked again.
    group.isRetired = false;
    for (const environment of group.environments.keys()) this.#settle(group, environment);
    this.#demand(group);
    this.#dropIfEmpty(group);
  }

  /** A function changed or is gone: environments of its other deployments go, the busy ones after their invocations. */
  retire(functionArn: string, keepDeploymentIds: ReadonlySet<string>): void {
    for (const group of this.#groups.values()) {
      if (group.version.functionArn !== functionArn) continue;
      group.isRetired = !keepDeploymentIds.has(group.version.deploymentId);
      for (const environment of group.environments.keys()) this.#settle(group, environment);
      this.#dropIfEmpty(group);
    }
  }

  counts(): EnvironmentCounts {
    const counts = { starting: 0, idle: 0, busy: 0 };
    for (const group of this.#groups.values()) {
      counts.starting += group.starting;
      for (const { running } of group.environments.keys()) counts[running > 0 ? 'busy' : 'idle'] += 1;
    }
    return counts;
  }

  /** Ends every environment at once; what runs or waits is rejected. Can be used again. */
  async destroyAll(): Promise<void> {
    const abandoned = this.#starts.abandon();
    const groups = [...this.#groups.values()];
    this.#groups.clear();
    for (const group of groups) {
      group.isRetired = true;
      for (const waiter of group.waiters.splice(0)) waiter.reject(environmentRemoved());
      for (const environment of group.environments.keys()) void this.#removals.remove(environment);
    }
    await abandoned;
    await this.#removals.settled();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#idleExpiry.cancel();
    this.#lifetimes.cancel();
    await this.destroyAll();
  }

  #groupOf(version: FunctionVersion): ManagedGroup {
    const key = deploymentKey(version);
    const scaling = this.#scalings.get(version) ?? {};
    const group = this.#groups.get(key) ?? new ManagedGroup(key, version, scaling);
    this.#groups.set(key, group);
    return group;
  }

  #give(
    group: ManagedGroup,
    environment: SharedEnvironment,
    invocation: Invocation,
  ): Promise<InvocationResult> {
    group.occupy(environment);
    return environment.invoke(invocation);
  }

  /** Starts as many as those who wait can fill, and as shall be kept. */
  #demand(group: ManagedGroup): void {
    while (group.wantsStart && group.starting < this.#startLimit && !this.#isClosed) {
      group.starting += 1;
      void this.#starts.start(group).finally(() => {
        group.starting -= 1;
        this.#demand(group);
        this.#dropIfEmpty(group);
      });
    }
  }

  #lose(group: ManagedGroup): void {
    group.losses.add(this.#options.clock, () => this.#demand(group));
  }

  #begin(group: ManagedGroup, environment: SharedEnvironment): void {
    const { clock, lifetimeMs } = this.#options;
    const ownMs = drawLifetime(lifetimeMs);
    group.environments.set(environment, { idleSinceMs: undefined, endsMs: clock.now() + ownMs });
    this.#lifetimes.make(ownMs);
    this.#settle(group, environment);
  }

  /** The environment has room, or has ended: whoever waits comes first. */
  #settle(group: ManagedGroup, environment: SharedEnvironment): void {
    const life = group.environments.get(environment);
    if (life === undefined) return;
    while (environment.hasRoom) {
      const waiter = group.waiters.shift();
      if (waiter === undefined) break;
      waiter.resolve(this.#give(group, environment, waiter.invocation));
    }
    if (environment.running > 0) return;
    if (environment.isSpent || group.isRetired) this.#remove(group, environment);
    else {
      const { clock, idleExpiryMs } = this.#options;
      life.idleSinceMs = clock.now();
      this.#idleExpiry.make(idleExpiryMs);
    }
  }

  readonly #remove: End = (group, environment) => {
    group.environments.delete(environment);
    void this.#removals.remove(environment);
    this.#demand(group);
    this.#dropIfEmpty(group);
  };

  #dropIfEmpty(group: ManagedGroup): void {
    if (group.isEmpty && this.#groups.get(group.key) === group) this.#groups.delete(group.key);
  }

  #endIdle(nowMs: number): number | undefined {
    const { idleExpiryMs } = this.#options;
    const end: End = (group, environment) => {
      if (!group.spares(environment)) this.#remove(group, environment);
    };
    return this.#each(nowMs, ({ idleSinceMs = Infinity }) => idleSinceMs + idleExpiryMs, end);
  }

  /** Those that are busy take no more, and go when they are done. */
  #endOld(nowMs: number): number | undefined {
    const leave: End = (group, environment) => {
      environment.drain();
      this.#settle(group, environment);
    };
    return this.#each(nowMs, ({ endsMs }) => endsMs, leave);
  }

  /** Ends those that are due. Returns when the next one is. */
  #each(nowMs: number, dueMs: (life: ManagedLife) => number, end: End): number | undefined {
    let nextMs = Infinity;
    for (const group of this.#groups.values()) {
      for (const [environment, life] of group.environments) {
        const ownMs = dueMs(life);
        if (ownMs <= nowMs) end(group, environment);
        else nextMs = Math.min(nextMs, ownMs);
      }
    }
    return nextMs === Infinity ? undefined : nextMs;
  }
}
