import { monotonicMs } from './ahead/monotonic-clock.ts';
import type { DeploymentGroup } from './deployment-group.ts';

const LOOK_EVERY_MS = 1;
/** Fewer environments in use are not worth a look. */
const FEW = 4;
/** The timer stops after so many looks at nothing. */
const MOST_IDLE_LOOKS = 100;

/**
 * Looks, while many invocations run, how the deployments turn them over, so that nobody waits his turn for long. One
 * timer for all, which runs only meanwhile.
 */
export class TurnWatch {
  readonly #groups = new Set<DeploymentGroup>();
  readonly #serve: (group: DeploymentGroup) => void;
  #timer: NodeJS.Timeout | undefined;
  #load = performance.eventLoopUtilization();
  #idleLooks = 0;

  /** @param serve gives those who wait the environments they may have now */
  constructor(serve: (group: DeploymentGroup) => void) {
    this.#serve = serve;
  }

  /** An invocation comes to the group. */
  see(group: DeploymentGroup): void {
    if (group.isWatched || group.busy < FEW) return;
    group.isWatched = true;
    group.turnover.resume(performance.now());
    this.#groups.add(group);
    if (this.#timer !== undefined) return;
    this.#load = performance.eventLoopUtilization();
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  #look(): void {
    const load = performance.eventLoopUtilization();
    const { active, idle } = performance.eventLoopUtilization(load, this.#load);
    this.#load = load;
    let isUsed = false;
    for (const group of this.#groups) {
      const ahead = group.runners.count;
      if (group.busy < FEW && group.waiters.length + ahead === 0) continue;
      isUsed = true;
      group.turnover.look(group.busy, active + idle, idle / (active + idle));
      if (ahead > 0) group.runners.look(monotonicMs(), () => this.#serve(group));
      if (group.waiters.length > 0) this.#serve(group);
    }
    this.#idleLooks = isUsed ? 0 : this.#idleLooks + 1;
    if (this.#idleLooks > MOST_IDLE_LOOKS) this.#rest();
  }

  #rest(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#idleLooks = 0;
    for (const group of this.#groups) {
      group.isWatched = false;
      group.turnover.rest(performance.now());
    }
    this.#groups.clear();
  }
}
