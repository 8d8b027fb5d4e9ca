import type { ExecutionEnvironment } from './execution-environment.ts';
import { IdleLosses } from './idle-losses.ts';

/** Starts that fail one after the other before Lambda gives up. */
const MOST_FAILURES = 6;

/** How far a version's provisioned environments have come. */
export interface ProvisionedState {
  /** Environments that are initialised, busy ones included. */
  readonly ready: number;
  /** They take invocations: all of them have been ready at once. */
  readonly isOpen: boolean;
  /** As many as were last asked for have been ready at once; one that died since is being replaced. */
  readonly isComplete: boolean;
  /** Why no more are started. */
  readonly failure: string | undefined;
}

/** Those environments of a deployment that are kept initialised, whether anybody needs them or not. */
export class ProvisionedEnvironments {
  readonly #all = new Set<ExecutionEnvironment>();
  readonly #idle: ExecutionEnvironment[] = [];
  #target = 0;
  #isOpen = false;
  #isComplete = false;
  #failures = 0;
  #failure: string | undefined;
  /** Of those that had nothing to do: they are replaced, but not over and over at once. */
  readonly losses = new IdleLosses();
  /** Starts in progress, and starts asked for that have to wait their turn. */
  starting = 0;
  queued = 0;

  get target(): number {
    return this.#target;
  }

  get idleCount(): number {
    return this.#idle.length;
  }

  get state(): ProvisionedState {
    const { size: ready } = this.#all;
    return { ready, isOpen: this.#isOpen, isComplete: this.#isComplete, failure: this.#failure };
  }

  has(environment: ExecutionEnvironment): boolean {
    return this.#all.has(environment);
  }

  /** Sets how many there shall be, and forgets failures. Returns idle ones that are too many. */
  aim(target: number): ExecutionEnvironment[] {
    this.#target = target;
    this.#failures = 0;
    this.#failure = undefined;
    this.losses.clear();
    this.#isComplete = this.#all.size >= target;
    this.#isOpen = target > 0 && (this.#isOpen || this.#isComplete);
    return this.#idle.slice(0, Math.max(0, this.#all.size - target));
  }

  needsStart(): boolean {
    return this.mayStart() && this.#all.size + this.starting + this.queued < this.#target;
  }

  /** A start that was queued is still wanted. */
  mayStart(): boolean {
    if (this.#failure !== undefined || this.losses.isPaused) return false;
    return this.#all.size + this.starting < this.#target;
  }

  /** An environment has started. False: it is of no use. */
  add(environment: ExecutionEnvironment): boolean {
    if (this.#failure !== undefined || this.#all.size >= this.#target) return false;
    this.#failures = 0;
    this.#all.add(environment);
    if (this.#all.size === this.#target) {
      this.#isComplete = true;
      this.#isOpen = true;
    }
    return true;
  }

  /** A start has failed. Returns the environments that are given up with the last attempt: all if none was in use yet. */
  fail(reason: string): ExecutionEnvironment[] {
    this.#failures += 1;
    if (this.#failures < MOST_FAILURES) return [];
    this.#failure = reason;
    return this.#isOpen ? [] : [...this.#all];
  }

  /** False: the environment is one too many, or has lost its process and would have to initialise again. */
  keeps(environment: ExecutionEnvironment): boolean {
    return environment.state === 'idle' && this.#all.size <= this.#target;
  }

  /** There are too many, and this is one of them. */
  isSurplus(environment: ExecutionEnvironment): boolean {
    return this.#all.size > this.#target && this.#all.has(environment);
  }

  /** The environment has nothing to do. */
  park(environment: ExecutionEnvironment): void {
    this.#idle.push(environment);
  }

  /** The environment used last. None before all are ready. */
  takeIdle(): ExecutionEnvironment | undefined {
    return this.#isOpen ? this.#idle.pop() : undefined;
  }

  isIdle(environment: ExecutionEnvironment): boolean {
    return this.#idle.includes(environment);
  }

  delete(environment: ExecutionEnvironment): void {
    this.#all.delete(environment);
    const index = this.#idle.indexOf(environment);
    if (index !== -1) this.#idle.splice(index, 1);
  }
}
