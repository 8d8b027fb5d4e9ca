import type { Clock } from '../model/clock.ts';
import type { DeploymentGroup } from './deployment-group.ts';
import type { ExecutionEnvironment } from './execution-environment.ts';

/** Removes environments nobody has used for a while, by platform time. One appointment for the whole pool. */
export class IdleExpiry {
  readonly #clock: Clock;
  readonly #expiryMs: number;
  readonly #groups: () => Iterable<DeploymentGroup>;
  readonly #remove: (environment: ExecutionEnvironment, group: DeploymentGroup) => void;
  #cancel: (() => void) | undefined;

  constructor(
    clock: Clock,
    expiryMs: number,
    groups: () => Iterable<DeploymentGroup>,
    remove: (environment: ExecutionEnvironment, group: DeploymentGroup) => void,
  ) {
    this.#clock = clock;
    this.#expiryMs = expiryMs;
    this.#groups = groups;
    this.#remove = remove;
  }

  /** An environment becomes idle now. Returns platform time. */
  begin(): number {
    this.#cancel ??= this.#clock.schedule(this.#expiryMs, () => this.#sweep());
    return this.#clock.now();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #sweep(): void {
    this.#cancel = undefined;
    const now = this.#clock.now();
    let oldestMs = Number.POSITIVE_INFINITY;
    for (const group of this.#groups()) {
      for (let first = group.idle[0]; first !== undefined; first = group.idle[0]) {
        if (first.sinceMs + this.#expiryMs > now) break;
        group.idle.shift();
        this.#remove(first.environment, group);
      }
      oldestMs = Math.min(oldestMs, group.idle[0]?.sinceMs ?? oldestMs);
    }
    if (oldestMs === Number.POSITIVE_INFINITY) return;
    this.#cancel = this.#clock.schedule(oldestMs + this.#expiryMs - now, () => this.#sweep());
  }
}
