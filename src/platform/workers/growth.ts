import type { Load } from './worker-messages.ts';

export interface GrowthLimits {
  /** Workers at most. */
  readonly most: number;
  /** Workers with little to do end after so long. */
  readonly idleMs: number;
}

export interface Look {
  /** Real time: a platform's clock may be turned. */
  readonly nowMs: number;
  readonly main: Load;
  /** Of the workers that serve. */
  readonly workers: readonly Load[];
}

export interface Step {
  /** Workers there shall be from now on. */
  readonly count: number;
  /** For the log. */
  readonly why: string;
}

/** Of an event loop's time: what comes now waits for what came before. */
const BUSY = 0.8;
/** Fewer invokes a second are not what keeps a process busy. */
const FEW = 300;
/** In a row. */
const BUSY_LOOKS = 3;
/** One worker would do no more than the main process alone. */
const FIRST = 2;
/** A connection has one request at a time under way: one for each worker would keep none busy. */
const CONNECTIONS_EACH = 2;
/** Of one process's time. What fits is left to fewer. */
const LITTLE = 0.4;
/** What workers take that have nothing to do. */
const NOTHING = 0.05;

/** Says how many workers there shall be, from how busy the processes are: one look after the other. */
export class Growth {
  readonly #limits: GrowthLimits;
  #count = 0;
  #busyLooks = 0;
  #littleSinceMs: number | undefined;
  /** That would have been enough since then. */
  #enough = 0;

  constructor(limits: GrowthLimits) {
    this.#limits = limits;
  }

  /** @returns undefined to leave it as it is */
  look(look: Look): Step | undefined {
    return this.#more(look) ?? this.#fewer(look);
  }

  #more({ main, workers }: Look): Step | undefined {
    const next = Math.min(this.#limits.most, Math.max(FIRST, this.#count + 1));
    const load = this.#count === 0 ? main : together(workers);
    const isServing = workers.length === this.#count;
    const isShort = next > this.#count && isServing && isShortOfTime(load, next);
    this.#busyLooks = isShort ? this.#busyLooks + 1 : 0;
    if (this.#busyLooks < BUSY_LOOKS) return undefined;
    const who = this.#count === 0 ? 'the main process was' : `${this.#count} workers were`;
    const { utilization, perSecond, connections } = load;
    return this.#step(
      next,
      `${who} busy ${percent(utilization)} of the time, with ${Math.round(perSecond)} invokes a second on ${connections} connections`,
    );
  }

  #fewer({ nowMs, main, workers }: Look): Step | undefined {
    const busy = workers.reduce((sum, { utilization }) => sum + utilization, 0);
    const enough = enoughFor(busy, main.utilization);
    if (enough >= this.#count) {
      this.#littleSinceMs = undefined;
      return undefined;
    }
    if (this.#littleSinceMs === undefined) {
      this.#littleSinceMs = nowMs;
      this.#enough = 0;
    }
    this.#enough = Math.max(this.#enough, enough);
    const forMs = nowMs - this.#littleSinceMs;
    if (forMs < this.#limits.idleMs) return undefined;
    const seconds = Math.round(forMs / 1000);
    return this.#step(
      this.#enough,
      `for ${seconds} s all ${this.#count} together had little to do, at last ${percent(busy)} of one process`,
    );
  }

  #step(count: number, why: string): Step {
    this.#count = count;
    this.#busyLooks = 0;
    this.#littleSinceMs = undefined;
    return { count, why };
  }
}

/** @param next workers there would be */
export function isShortOfTime({ utilization, perSecond, connections }: Load, next = FIRST): boolean {
  return utilization >= BUSY && perSecond >= FEW && connections >= CONNECTIONS_EACH * next;
}

/** As if they were one process. */
function together(workers: readonly Load[]): Load {
  const sum = (of: (load: Load) => number): number => workers.reduce((total, load) => total + of(load), 0);
  return {
    utilization: sum((load) => load.utilization) / Math.max(1, workers.length),
    perSecond: sum((load) => load.perSecond),
    connections: sum((load) => load.connections),
  };
}

/** @param busy of the workers, together; in processes */
function enoughFor(busy: number, mainUtilization: number): number {
  if (busy <= NOTHING || busy + mainUtilization <= LITTLE) return 0;
  return Math.max(FIRST, Math.ceil(busy / LITTLE));
}

function percent(share: number): string {
  return `${Math.round(100 * share)}%`;
}
