import { availableParallelism } from 'node:os';
import type { Clock } from '../../model/clock.ts';
import type { FunctionVersion } from '../../model/function-version.ts';
import type { Invocation, InvocationResult } from '../../model/invocation.ts';
import { environmentRemoved, resourceConflict, serviceException } from '../../model/lambda-errors.ts';
import { ServiceError } from '../../model/service-error.ts';
import { SharedAppointment } from '../../model/shared-appointment.ts';
import type { EnvironmentCounts } from '../environment-counts.ts';
import type { EnvironmentFactory } from '../environment-factory.ts';
import { drawLifetime } from '../lifetimes.ts';
import { Removals } from '../removals.ts';
import type { SharedEnvironment } from './shared-environment.ts';

export interface ManagedEnvironmentsOptions {
  readonly factory: EnvironmentFactory;
  readonly clock: Clock;
  /** An environment unused for this long, in platform time, is removed. */
  readonly idleExpiryMs: number;
  /** No environment is used longer, in platform time: its credentials would run out. */
  readonly lifetimeMs: number;
  readonly onWarning: (text: string) => void;
}

interface Waiter {
  readonly invocation: Invocation;
  readonly resolve: (result: InvocationResult | Promise<InvocationResult>) => void;
  readonly reject: (error: Error) => void;
}

/** In platform time; `idleSinceMs` is undefined while there is something to do. */
interface Life {
  idleSinceMs: number | undefined;
  readonly endsMs: number;
}

type End = (group: Group, environment: SharedEnvironment) => void;

/** The environments of one deployment. */
interface Group {
  readonly version: FunctionVersion;
  readonly environments: Map<SharedEnvironment, Life>;
  /** Oldest first. */
  readonly waiters: Waiter[];
  starting: number;
  isRetired: boolean;
}

/**
 * Environments of functions on managed instances: each takes as many invocations at once as the function says, the one
 * with the fewest first. Where none has room another is started, and whoever waits gets the first place there is.
 */
export class ManagedEnvironments {
  readonly #options: ManagedEnvironmentsOptions;
  readonly #groups = new Map<string, Group>();
  readonly #startLimit = availableParallelism();
  readonly #removals: Removals;
  readonly #idleExpiry: SharedAppointment;
  readonly #lifetimes: SharedAppointment;
  #isClosed = false;

  constructor(options: ManagedEnvironmentsOptions) {
    this.#options = options;
    this.#removals = new Removals(options.onWarning);
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
    const free = leastBusy(group);
    if (free !== undefined) return await this.#give(group, free, invocation);
    return await new Promise((resolve, reject) => {
      group.waiters.push({ invocation, resolve, reject });
      this.#demand(group);
    });
  }

  /** A function changed or is gone: environments of its other deployments go, the busy ones after their invocations. */
  retire(functionArn: string, keepDeploymentIds: ReadonlySet<string>): void {
    for (const group of this.#groups.values()) {
      if (group.version.functionArn !== functionArn) continue;
      group.isRetired = !keepDeploymentIds.has(group.version.deploymentId);
      for (const environment of group.environments.keys()) this.#settle(group, environment);
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
    const groups = [...this.#groups.values()];
    this.#groups.clear();
    for (const group of groups) {
      group.isRetired = true;
      for (const waiter of group.waiters.splice(0)) waiter.reject(environmentRemoved());
      for (const environment of group.environments.keys()) void this.#removals.remove(environment);
    }
    await this.#removals.settled();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#idleExpiry.cancel();
    this.#lifetimes.cancel();
    await this.destroyAll();
  }

  #groupOf(version: FunctionVersion): Group {
    const key = `${version.functionArn}:${version.version}:${version.deploymentId}`;
    const group = this.#groups.get(key) ?? {
      version,
      environments: new Map(),
      waiters: [],
      starting: 0,
      isRetired: false,
    };
    this.#groups.set(key, group);
    return group;
  }

  #give(group: Group, environment: SharedEnvironment, invocation: Invocation): Promise<InvocationResult> {
    const life = group.environments.get(environment);
    if (life !== undefined) life.idleSinceMs = undefined;
    return environment.invoke(invocation);
  }

  /** Starts as many as those who wait can fill. */
  #demand(group: Group): void {
    const each = group.version.maxConcurrency ?? 1;
    while (group.waiters.length > group.starting * each && group.starting < this.#startLimit) {
      group.starting += 1;
      void this.#start(group, each).finally(() => {
        group.starting -= 1;
        this.#demand(group);
      });
    }
  }

  async #start(group: Group, each: number): Promise<void> {
    let environment: SharedEnvironment | undefined;
    try {
      environment = await this.#options.factory.createShared(group.version, each, {
        onAvailable: (free) => this.#settle(group, free),
        onIdleLost: (lost) => this.#settle(group, lost),
      });
      const failure = await environment.start();
      if (failure === undefined) {
        this.#begin(group, environment);
        return;
      }
      await this.#removals.remove(environment);
      for (const { invocation, resolve } of group.waiters.splice(0, each)) {
        resolve({ payload: failure.payload(invocation.requestId), functionError: 'Unhandled' });
      }
    } catch (error) {
      await this.#removals.remove(environment);
      const shown = error instanceof ServiceError ? error : serviceException((error as Error).message);
      for (const { reject } of group.waiters.splice(0, each)) reject(shown);
    }
  }

  #begin(group: Group, environment: SharedEnvironment): void {
    const { clock, lifetimeMs } = this.#options;
    const ownMs = drawLifetime(lifetimeMs);
    group.environments.set(environment, { idleSinceMs: undefined, endsMs: clock.now() + ownMs });
    this.#lifetimes.make(ownMs);
    this.#settle(group, environment);
  }

  /** The environment has room, or has ended: whoever waits comes first. */
  #settle(group: Group, environment: SharedEnvironment): void {
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
    if (group.environments.size + group.waiters.length + group.starting > 0) return;
    for (const [key, each] of this.#groups) if (each === group) this.#groups.delete(key);
  };

  #endIdle(nowMs: number): number | undefined {
    const { idleExpiryMs } = this.#options;
    return this.#each(nowMs, ({ idleSinceMs = Infinity }) => idleSinceMs + idleExpiryMs, this.#remove);
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
  #each(nowMs: number, dueMs: (life: Life) => number, end: End): number | undefined {
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

function leastBusy({ environments }: Group): SharedEnvironment | undefined {
  let found: SharedEnvironment | undefined;
  for (const environment of environments.keys()) {
    if (environment.hasRoom && (found === undefined || environment.running < found.running))
      found = environment;
  }
  return found;
}
