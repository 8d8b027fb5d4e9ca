import { availableParallelism } from 'node:os';
import type { FunctionVersion } from '../model/function-version.ts';
import type { Completion, Invocation, InvocationResult } from '../model/invocation.ts';
import { Runners } from './ahead/runners.ts';
import type { ExecutionEnvironment } from './execution-environment.ts';
import { Fifo } from './fifo.ts';
import type { ProvisionedEnvironments } from './provisioned-environments.ts';
import { SnapshotStock } from './snap-start/snapshot-stock.ts';
import { Turnover } from './turnover.ts';
import type { Waiter } from './waiter.ts';

export interface IdleEnvironment {
  readonly environment: ExecutionEnvironment;
  /** Platform time since when it has been idle. */
  readonly sinceMs: number;
}

/** Environments that are started although nobody waits for them. */
export interface StartsAhead {
  /** In progress, and asked for. */
  starting: number;
  queued: number;
  needsStart(): boolean;
  /** A start whose turn it is is still wanted. */
  mayStart(): boolean;
}

/** The environments of one deployment of one function version, and who waits for them. */
export class DeploymentGroup {
  readonly key: string;
  readonly version: FunctionVersion;
  /** On-demand and provisioned. */
  readonly environments = new Set<ExecutionEnvironment>();
  /** Oldest first. Whichever environment is free first takes them, of either kind. */
  readonly waiters = new Fifo<Waiter>();
  /** On-demand ones, longest idle first: the last one in is the first one out. */
  readonly idle: IdleEnvironment[] = [];
  readonly turnover = new Turnover();
  readonly runners = new Runners(
    this.waiters,
    this.turnover,
    (environment) => this.provisioned?.isSurplus(environment) === true,
  );
  /** Its turnover is being looked at. */
  isWatched = false;
  /** Set once there was provisioned concurrency. */
  provisioned: ProvisionedEnvironments | undefined;
  /** Of a version with SnapStart: those that wait to be restored. */
  readonly snapshots: SnapshotStock | undefined;
  /** On-demand starts in progress, and starts asked for that have to wait their turn. */
  starting = 0;
  queued = 0;
  /** Replaced by another deployment: what becomes idle goes. */
  isRetired = false;
  isRemoved = false;

  constructor(key: string, version: FunctionVersion) {
    this.key = key;
    this.version = version;
    this.snapshots = version.snapStart === true ? new SnapshotStock(availableParallelism()) : undefined;
  }

  /** Whichever environment is free first shall run it. */
  wait(invocation: Invocation, completion: Completion<InvocationResult>): void {
    this.waiters.push({ invocation, completion, sinceMs: performance.now() });
  }

  /** One of those in use shall run it. */
  waitTurn(invocation: Invocation, completion: Completion<InvocationResult>): void {
    const waiter = { invocation, completion, sinceMs: performance.now() };
    if (!this.runners.offer(waiter)) this.waiters.push(waiter);
  }

  /**
   * A provisioned environment if there is one; else the most recently used on-demand one with a living process;
   * failing that, one that has to initialise again.
   */
  takeIdle(): ExecutionEnvironment | undefined {
    const provisioned = this.provisioned?.takeIdle();
    if (provisioned !== undefined) return provisioned;
    const last = this.idle.pop();
    if (last === undefined || last.environment.state === 'idle') return last?.environment;
    const living = this.idle.findLastIndex(({ environment }) => environment.state === 'idle');
    if (living === -1) return last.environment;
    this.idle.push(last);
    return this.idle.splice(living, 1)[0]?.environment;
  }

  /** Takes an environment out of those that have nothing to do. False: it has, or is about to be free. */
  withdraw(environment: ExecutionEnvironment): boolean {
    const index = this.idle.findIndex((idle) => idle.environment === environment);
    if (index === -1)
      return this.provisioned?.isIdle(environment) === true || this.snapshots?.lapse(environment) === true;
    this.idle.splice(index, 1);
    return true;
  }

  /** Environments that are there ahead of need, and have nothing to do. */
  get unused(): number {
    return (this.provisioned?.idleCount ?? 0) + (this.snapshots?.count ?? 0);
  }

  /** What starts ahead of need are for. */
  get ahead(): StartsAhead | undefined {
    return this.snapshots ?? this.provisioned;
  }

  /** Environments that have something to do. */
  get busy(): number {
    return this.environments.size - this.idle.length - this.unused;
  }

  /** One more invocation had better wait its turn: see `Turnover`. */
  get isWellUsed(): boolean {
    return this.turnover.isLimited && this.busy >= this.turnover.limit;
  }

  /** More are in use than had better be: one that becomes free leaves who waits to the others. */
  get isOverused(): boolean {
    return this.busy > this.turnover.limit;
  }

  /** More starts would be of use to somebody who waits. */
  needsStart(): boolean {
    return this.startsWanted > this.starting + this.queued;
  }

  /** A start whose turn it is is still wanted. */
  mayStart(): boolean {
    return this.startsWanted > this.starting;
  }

  get startsWanted(): number {
    const wanted = Math.min(this.waiters.length, Math.max(0, this.turnover.limit - this.busy));
    const { oldest } = this.waiters;
    if (wanted === 0 || oldest === undefined || !this.turnover.isBrief) return wanted;
    return Math.min(wanted, this.turnover.growth(this.environments.size, performance.now() - oldest.sinceMs));
  }

  /** Everybody who waits can have an environment that is just finishing with its last invocation. */
  isAboutToServe(): boolean {
    let finishing = 0;
    for (const environment of this.environments) if (environment.isFinishing) finishing += 1;
    return this.waiters.length <= finishing;
  }

  /** One of its environments has lost its process, by a crash or a timeout, and not come back yet. */
  get isTroubled(): boolean {
    for (const { state } of this.environments)
      if (state === 'reset' || state === 'reinitializing') return true;
    return false;
  }

  /** Forgets its environments and fails whoever waits. @returns the environments, for their end */
  clear(error: Error): ExecutionEnvironment[] {
    const environments = [...this.environments];
    this.environments.clear();
    this.idle.length = 0;
    this.provisioned = undefined;
    this.snapshots?.end();
    this.isRemoved = true;
    for (const { completion } of this.waiters.takeAll()) completion.fail(error);
    return environments;
  }

  isEmpty(): boolean {
    const { provisioned } = this;
    return (
      this.environments.size === 0 &&
      this.waiters.length === 0 &&
      this.starting === 0 &&
      this.queued === 0 &&
      (this.snapshots === undefined || this.snapshots.isAtRest) &&
      (provisioned === undefined || (provisioned.target === 0 && provisioned.starting === 0))
    );
  }
}
