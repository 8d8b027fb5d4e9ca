import type { DeploymentGroup } from './deployment-group.ts';

/**
 * Between its response and its next request a runtime is busy for a moment. A caller that comes back at once would get a
 * second environment; waiting this long first costs little beside a cold start.
 */
const FINISHING_GRACE_MS = 50;

/**
 * Lets only so many environments start at once: more than the processors can work on would all be late. Starts are
 * asked for by whoever waits, and dropped when their turn comes and nobody waits any more.
 */
export class StartQueue {
  readonly #limit: number;
  readonly #start: (group: DeploymentGroup) => Promise<void>;
  readonly #onEnded: (group: DeploymentGroup) => void;
  readonly #queue: DeploymentGroup[] = [];
  readonly #running = new Set<Promise<void>>();

  /**
   * @param start starts one environment; must not reject
   * @param onEnded a start has ended and is no longer counted
   */
  constructor(
    limit: number,
    start: (group: DeploymentGroup) => Promise<void>,
    onEnded: (group: DeploymentGroup) => void,
  ) {
    this.#limit = limit;
    this.#start = start;
    this.#onEnded = onEnded;
  }

  /** As `demand`, unless an environment that is about to be free makes it unnecessary. */
  demandSoon(group: DeploymentGroup): void {
    if (group.isAboutToServe()) setTimeout(() => this.demand(group), FINISHING_GRACE_MS);
    else this.demand(group);
  }

  /** Asks for as many starts as the group's waiters need beyond those already on their way. */
  demand(group: DeploymentGroup): void {
    while (group.needsStart()) {
      group.queued += 1;
      this.#queue.push(group);
    }
    this.#pump();
  }

  /** Resolves when the starts in progress have ended. */
  async settled(): Promise<void> {
    await Promise.all(this.#running);
  }

  #pump(): void {
    while (this.#running.size < this.#limit) {
      const group = this.#queue.shift();
      if (group === undefined) return;
      group.queued -= 1;
      if (group.waiters.length > group.starting) this.#run(group);
    }
  }

  #run(group: DeploymentGroup): void {
    group.starting += 1;
    const started = this.#start(group).finally(() => {
      group.starting -= 1;
      this.#running.delete(started);
      this.demand(group);
      this.#onEnded(group);
    });
    this.#running.add(started);
  }
}
