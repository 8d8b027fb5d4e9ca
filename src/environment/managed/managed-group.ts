import type { FunctionVersion } from '../../model/function-version.ts';
import type { Invocation, InvocationResult } from '../../model/invocation.ts';
import type { EnvironmentScaling } from '../../model/managed-instances.ts';
import { IdleLosses } from '../idle-losses.ts';
import type { SharedEnvironment } from './shared-environment.ts';

export interface ManagedWaiter {
  readonly invocation: Invocation;
  readonly resolve: (result: InvocationResult | Promise<InvocationResult>) => void;
  readonly reject: (error: Error) => void;
}

/** In platform time; `idleSinceMs` is undefined while there is something to do. */
export interface ManagedLife {
  idleSinceMs: number | undefined;
  readonly endsMs: number;
}

/** The environments of one deployment on managed instances, and who waits for them. */
export class ManagedGroup {
  readonly key: string;
  readonly version: FunctionVersion;
  readonly environments = new Map<SharedEnvironment, ManagedLife>();
  /** Oldest first. */
  readonly waiters: ManagedWaiter[] = [];
  scaling: EnvironmentScaling;
  starting = 0;
  isRetired = false;
  /** Of those that had nothing to do, or could not begin: they are replaced, but not over and over at once. */
  readonly losses = new IdleLosses();

  constructor(key: string, version: FunctionVersion, scaling: EnvironmentScaling) {
    this.key = key;
    this.version = version;
    this.scaling = scaling;
  }

  /** Invocations that one environment takes at once. */
  get places(): number {
    return this.version.maxConcurrency ?? 1;
  }

  get size(): number {
    return this.environments.size + this.starting;
  }

  /** Those that are kept whether anybody uses them or not. */
  get least(): number {
    return this.isRetired ? 0 : (this.scaling.minEnvironments ?? 0);
  }

  /** Everything that there may be is taken, and so is what has been started. */
  get isFull(): boolean {
    const { maxEnvironments = Number.POSITIVE_INFINITY } = this.scaling;
    return this.size >= maxEnvironments && this.waiters.length >= this.starting * this.places;
  }

  /** One more start is of use: to those who wait, or to have as many as shall be kept. */
  get wantsStart(): boolean {
    const { maxEnvironments = Number.POSITIVE_INFINITY } = this.scaling;
    if (this.size >= maxEnvironments) return false;
    if (this.waiters.length > this.starting * this.places) return true;
    return !this.losses.isPaused && this.size < this.least;
  }

  get isEmpty(): boolean {
    return this.size + this.waiters.length + this.least === 0;
  }

  /** Whether one that had nothing to do for long stays all the same: its time begins anew with its next use. */
  spares(environment: SharedEnvironment): boolean {
    if (this.environments.size > this.least) return false;
    this.occupy(environment);
    return true;
  }

  /** It has something to do. */
  occupy(environment: SharedEnvironment): void {
    const life = this.environments.get(environment);
    if (life !== undefined) life.idleSinceMs = undefined;
  }

  /** Of those that have room. */
  leastBusy(): SharedEnvironment | undefined {
    let found: SharedEnvironment | undefined;
    for (const environment of this.environments.keys()) {
      if (environment.hasRoom && (found === undefined || environment.running < found.running))
        found = environment;
    }
    return found;
  }
}
