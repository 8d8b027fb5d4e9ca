import type { Clock } from '../model/clock.ts';
import { SharedAppointment } from '../model/shared-appointment.ts';
import type { DeploymentGroup } from './deployment-group.ts';
import type { ExecutionEnvironment } from './execution-environment.ts';

/** Removes environments nobody has used for a while, by platform time. One appointment for the whole pool. */
export class IdleExpiry {
  readonly #clock: Clock;
  readonly #expiryMs: number;
  readonly #groups: () => Iterable<DeploymentGroup>;
  readonly #remove: (environment: ExecutionEnvironment, group: DeploymentGroup) => void;
  readonly #appointment: SharedAppointment;

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
    this.#appointment = new SharedAppointment(clock, (nowMs) => this.#sweep(nowMs));
  }

  /** An environment becomes idle now. Returns platform time. */
  begin(): number {
    this.#appointment.make(this.#expiryMs);
    return this.#clock.now();
  }

  /** Removes those nobody has used for longest, so many of all groups. @returns how many there were */
  removeOldest(count: number): number {
    const idle = [...this.#groups()].flatMap((group) => group.idle.map((entry) => ({ entry, group })));
    const oldest = idle.sort((a, b) => a.entry.sinceMs - b.entry.sinceMs).slice(0, count);
    for (const { entry, group } of oldest) {
      group.idle.splice(group.idle.indexOf(entry), 1);
      this.#remove(entry.environment, group);
    }
    return oldest.length;
  }

  stop(): void {
    this.#appointment.cancel();
  }

  #sweep(nowMs: number): number | undefined {
    let oldestMs = Number.POSITIVE_INFINITY;
    for (const group of this.#groups()) {
      for (let first = group.idle[0]; first !== undefined; first = group.idle[0]) {
        if (first.sinceMs + this.#expiryMs > nowMs) break;
        group.idle.shift();
        this.#remove(first.environment, group);
      }
      oldestMs = Math.min(oldestMs, group.idle[0]?.sinceMs ?? oldestMs);
    }
    return oldestMs === Number.POSITIVE_INFINITY ? undefined : oldestMs + this.#expiryMs;
  }
}
