import type { DeploymentGroup } from './deployment-group.ts';
import type { InitializationType } from './initialization-type.ts';
import { StartTurns } from './start-turns.ts';

/**
 * Between its response and its next request a runtime is busy for a moment. A caller that comes back at once would get a
 * second environment; waiting this long first costs little beside a cold start.
 */
const FINISHING_GRACE_MS = 50;
/** How long until scarce memory is looked at again. */
const MEMORY_WAIT_MS = 1000;

/** Functions grow as fast as the machine can. */
export const UNLIMITED: ScalingRate = { take: () => undefined, giveBack: () => undefined };

export interface StartQueueOptions {
  /** Environments that may be starting at once. */
  readonly limit: number;
  /** Starts one environment; must not reject. */
  readonly start: (group: DeploymentGroup, type: InitializationType) => Promise<void>;
  /** A start has ended and is no longer counted. */
  readonly onEnded: (group: DeploymentGroup) => void;
  /** Nothing is started ahead of need while this is true; asked again after a while. */
  readonly memoryIsScarce: () => boolean;
  readonly scaling: ScalingRate;
}

/** How fast functions may grow. */
export interface ScalingRate {
  /**
   * Allows one more on-demand environment to be started, or says why not. `later`: somebody else has to be asked first.
   * @param wanted how many more are needed now
   * @param again to be called when there is an answer to `later`
   */
  readonly take: (functionArn: string, wanted: number, again: () => void) => Error | 'later' | undefined;
  /** A start that was allowed turned out not to be needed. */
  readonly giveBack: (functionArn: string) => void;
}

/** Counts of what is under way, wherever they are kept. */
interface StartCounts {
  starting: number;
  queued: number;
}

/**
 * Lets only so many environments start at once: more than the processors can work on would all be late. Starts are
 * asked for by whoever waits, and dropped when their turn comes and nobody waits any more. Functions take turns; and
 * since one may keep its places for as long as Init may last, there are as many again for those that have next to none.
 * Environments that nobody waits for, provisioned or to be restored later, come after all of those, and never have more
 * than half of the places.
 */
export class StartQueue {
  readonly #options: StartQueueOptions;
  readonly #aheadLimit: number;
  /** A function that has so few is not who keeps the others waiting. */
  readonly #few: number;
  readonly #turns = new StartTurns();
  readonly #aheadTurns = new StartTurns();
  readonly #running = new Set<Promise<void>>();
  #runningAhead = 0;
  #waitsForMemory = false;

  constructor(options: StartQueueOptions) {
    this.#options = options;
    this.#aheadLimit = Math.max(1, Math.floor(options.limit / 2));
    this.#few = Math.max(1, Math.floor(options.limit / 4));
  }

  get isStarting(): boolean {
    return this.#running.size > 0;
  }

  /** As `demand`, unless it is about to be unnecessary: by an environment that is free soon, or few that are enough. */
  demandSoon(group: DeploymentGroup): void {
    if (group.turnover.isKnown || group.isAboutToServe())
      setTimeout(() => this.demand(group), FINISHING_GRACE_MS);
    else this.demand(group);
  }

  /**
   * Asks for as many starts as the group needs beyond those already on their way. Where the function would grow too
   * fast, who came last is turned away.
   */
  demand(group: DeploymentGroup): void {
    const { scaling } = this.#options;
    while (group.needsStart()) {
      const wanted = group.waiters.length - group.starting - group.queued;
      const refusal = scaling.take(group.version.functionArn, wanted, () => this.demand(group));
      if (refusal === 'later') break;
      if (refusal === undefined) {
        group.queued += 1;
        this.#turns.add(group);
      } else group.waiters.pop()?.completion.fail(refusal);
    }
    const { ahead } = group;
    while (ahead?.needsStart()) {
      ahead.queued += 1;
      this.#aheadTurns.add(group);
    }
    this.#pump();
  }

  /** Resolves when the starts in progress have ended. */
  async settled(): Promise<void> {
    await Promise.all(this.#running);
  }

  #pump(): void {
    for (let group = this.#next(); group !== undefined; group = this.#next()) {
      group.queued -= 1;
      if (group.mayStart()) this.#run(group, 'on-demand', group);
      else this.#options.scaling.giveBack(group.version.functionArn);
    }
    while (this.#mayStartAhead()) {
      const group = this.#aheadTurns.next();
      const ahead = group?.ahead;
      // All environments were ended while it waited.
      if (group === undefined || ahead === undefined) continue;
      ahead.queued -= 1;
      const type = group.snapshots === undefined ? 'provisioned-concurrency' : 'snap-start';
      if (ahead.mayStart()) this.#run(group, type, ahead);
      else this.#options.onEnded(group);
    }
  }

  #next(): DeploymentGroup | undefined {
    const { limit } = this.#options;
    if (this.#running.size < limit) return this.#turns.next();
    return this.#running.size < 2 * limit
      ? this.#turns.next(({ starting }) => starting < this.#few)
      : undefined;
  }

  #mayStartAhead(): boolean {
    if (this.#aheadTurns.isEmpty || this.#running.size >= this.#options.limit) return false;
    if (this.#runningAhead >= this.#aheadLimit) return false;
    if (!this.#options.memoryIsScarce()) return true;
    this.#lookAgainLater();
    return false;
  }

  #lookAgainLater(): void {
    if (this.#waitsForMemory) return;
    this.#waitsForMemory = true;
    const lookAgain = (): void => {
      this.#waitsForMemory = false;
      this.#pump();
    };
    setTimeout(lookAgain, MEMORY_WAIT_MS).unref();
  }

  #run(group: DeploymentGroup, type: InitializationType, counts: StartCounts): void {
    const ahead = type === 'on-demand' ? 0 : 1;
    counts.starting += 1;
    this.#runningAhead += ahead;
    const started = this.#options.start(group, type).finally(() => {
      counts.starting -= 1;
      this.#runningAhead -= ahead;
      this.#running.delete(started);
      this.demand(group);
      this.#options.onEnded(group);
    });
    this.#running.add(started);
  }
}
