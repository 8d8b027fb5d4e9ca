import type { Clock } from '../model/clock.ts';
import { SharedAppointment } from '../model/shared-appointment.ts';
import type { DeploymentGroup } from './deployment-group.ts';
import type { ExecutionEnvironment } from './execution-environment.ts';

/** Environments that started together do not end together: each lives up to this share less than the longest. */
const SPREAD = 0.2;

/** How long an environment lives, of which the longest lifetime is given. */
export function drawLifetime(longestMs: number): number {
  return longestMs * (1 - SPREAD * Math.random());
}

/**
 * Ends environments some hours after their start, used or not, as Lambda does: no process, and no credentials, grow
 * older than that. Idle ones go at once, the others after their invocation. By platform time, with one appointment for
 * the whole pool.
 */
export class Lifetimes {
  readonly #clock: Clock;
  readonly #longestMs: number;
  readonly #groups: () => Iterable<DeploymentGroup>;
  readonly #remove: (environment: ExecutionEnvironment, group: DeploymentGroup) => void;
  /** Platform time. */
  readonly #ends = new WeakMap<ExecutionEnvironment, number>();
  readonly #appointment: SharedAppointment;

  constructor(
    clock: Clock,
    longestMs: number,
    groups: () => Iterable<DeploymentGroup>,
    remove: (environment: ExecutionEnvironment, group: DeploymentGroup) => void,
  ) {
    this.#clock = clock;
    this.#longestMs = longestMs;
    this.#groups = groups;
    this.#remove = remove;
    this.#appointment = new SharedAppointment(clock, (nowMs) => this.#sweep(nowMs));
  }

  /** An environment comes into use. */
  begin(environment: ExecutionEnvironment): void {
    const lifetimeMs = drawLifetime(this.#longestMs);
    this.#ends.set(environment, this.#clock.now() + lifetimeMs);
    // Never later than the end of the one that lives longest.
    this.#appointment.make(lifetimeMs);
  }

  stop(): void {
    this.#appointment.cancel();
  }

  #sweep(nowMs: number): number | undefined {
    let nextMs = Number.POSITIVE_INFINITY;
    for (const group of this.#groups()) {
      for (const environment of group.environments) {
        const endMs = this.#ends.get(environment) ?? Number.POSITIVE_INFINITY;
        if (endMs > nowMs) nextMs = Math.min(nextMs, endMs);
        else {
          environment.giveUp();
          if (group.withdraw(environment)) this.#remove(environment, group);
        }
      }
    }
    return nextMs === Number.POSITIVE_INFINITY ? undefined : nextMs;
  }
}
