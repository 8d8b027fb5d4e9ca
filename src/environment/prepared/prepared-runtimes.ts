import { availableParallelism, totalmem } from 'node:os';
import type { Clock } from '../../model/clock.ts';
import { SharedAppointment } from '../../model/shared-appointment.ts';
import { kindKey, PreparedKind, wantedCount } from './prepared-kind.ts';
import type { PreparedKindFacts } from './prepared-kind.ts';
import type { PreparedRuntime } from './prepared-runtime.ts';

export interface PreparedRuntimesOptions {
  /** How many to keep of each kind in use: a number, or what demand says. 0: none. */
  readonly setting: number | 'auto';
  readonly clock: Clock;
  /** Starts one. Its `lost` is called when it ends before it was taken; `unwanted` ends the attempt. */
  readonly prepare: (
    facts: PreparedKindFacts,
    lost: (prepared: PreparedRuntime) => void,
    unwanted: AbortSignal,
  ) => Promise<PreparedRuntime>;
  /** Environments are starting: this machine has better things to do. */
  readonly isBusy: () => boolean;
  readonly memoryIsScarce: () => boolean;
  /** How many of all kinds together; by default what this machine's memory and processors are good for. */
  readonly most?: number;
  readonly onWarning: (text: string) => void;
}

/** Prepared runtimes of one kind, as the health answer shows them. */
export interface PreparedCounts {
  readonly runtime: string;
  readonly packages: readonly string[];
  readonly ready: number;
  readonly wanted: number;
}

/** After demand, this long passes before new ones are made, so that a burst has the machine to itself. */
const QUIET_MS = 100;
/** How long a kind nobody uses is kept, and how often it is looked for. */
const KEPT_MS = 15 * 60_000;
const SWEEP_MS = 60_000;
/** By default all of them together take about this share of the machine's memory, at about this much each. */
const MEMORY_SHARE = 1 / 16;
const BYTES_EACH = 64 * 1024 * 1024;

/**
 * Keeps runtimes ready for functions that are yet to start. Nothing is prepared for a kind before a function of it was
 * deployed or started; then numbers follow demand, one is made at a time, and only while nothing else starts.
 */
export class PreparedRuntimes {
  readonly #options: PreparedRuntimesOptions;
  readonly #kinds = new Map<string, PreparedKind>();
  readonly #mostOfAKind = 2 * availableParallelism();
  readonly #most: number;
  readonly #expiry: SharedAppointment;
  #timer: NodeJS.Timeout | undefined;
  #filling: Promise<void> | undefined;
  #unwanted = new AbortController();
  #isClosed = false;

  constructor(options: PreparedRuntimesOptions) {
    this.#options = options;
    this.#expiry = new SharedAppointment(options.clock, (nowMs) => this.#expire(nowMs));
    const fixed = options.setting === 'auto' ? 0 : options.setting;
    this.#most = options.most ?? Math.max(1, fixed, mostOnThisMachine());
  }

  get isOff(): boolean {
    return this.#options.setting === 0 || this.#isClosed;
  }

  /** One that waits, for good; undefined when there is none. Either way it is demand. */
  take(facts: PreparedKindFacts): PreparedRuntime | undefined {
    const kind = this.#kind(facts);
    kind.demand(this.#options.clock.now());
    const prepared = kind.ready.shift();
    prepared?.take();
    this.#fillSoon();
    return prepared;
  }

  /** A function of this kind was deployed and may soon start. */
  expect(facts: PreparedKindFacts): void {
    this.#kind(facts).use(this.#options.clock.now());
    this.#fillSoon();
  }

  counts(): PreparedCounts[] {
    return [...this.#kinds.values()].map((kind) => ({
      runtime: kind.facts.runtime.id,
      packages: kind.facts.packages,
      ready: kind.ready.length,
      wanted: this.#wanted(kind),
    }));
  }

  /** Ends all, and forgets what they were wanted for. */
  async clear(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#unwanted.abort();
    this.#unwanted = new AbortController();
    this.#expiry.cancel();
    const ending = [...this.#kinds.values()].flatMap(({ ready }) => ready.splice(0));
    this.#kinds.clear();
    await Promise.all([...ending.map(async ({ sandbox }) => await sandbox.destroy()), this.#filling]);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.clear();
  }

  #kind(facts: PreparedKindFacts): PreparedKind {
    const key = kindKey(facts);
    let kind = this.#kinds.get(key);
    if (kind === undefined) {
      kind = new PreparedKind(facts);
      this.#kinds.set(key, kind);
    }
    return kind;
  }

  #wanted(kind: PreparedKind): number {
    const now = this.#options.clock.now();
    const isInUse = kind.usedAtMs > now - KEPT_MS;
    const recentBurst = kind.recentBurst(now);
    return wantedCount(this.#options.setting, { isInUse, recentBurst }, this.#mostOfAKind);
  }

  #fillSoon(): void {
    if (this.isOff) return;
    // Also while one is being made: what comes of that, or after it, has to go again some day.
    this.#expiry.make(SWEEP_MS);
    if (this.#filling !== undefined) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#fill(), QUIET_MS);
    this.#timer.unref();
  }

  #fill(): void {
    this.#timer = undefined;
    if (this.#options.isBusy()) {
      this.#fillSoon();
      return;
    }
    const kind = this.#mostWanting();
    if (kind === undefined) return;
    this.#filling = this.#add(kind).finally(() => {
      this.#filling = undefined;
      if (!this.#isClosed) this.#fill();
    });
  }

  async #add(kind: PreparedKind): Promise<void> {
    const { signal } = this.#unwanted;
    try {
      const prepared = await this.#options.prepare(kind.facts, (lost) => this.#onLost(lost, kind), signal);
      // Unless it was cleared away meanwhile.
      if (![...this.#kinds.values()].includes(kind)) await prepared.sandbox.destroy();
      else if (kind.ready.push(prepared) >= this.#wanted(kind)) kind.filled(this.#options.clock.now());
    } catch (error) {
      kind.hasFailed = true;
      if (signal.aborted) return;
      const reason = error instanceof Error ? error.message : String(error);
      this.#options.onWarning(`${kind.facts.runtime.id} could not be started ahead of need: ${reason}.`);
    }
  }

  /** The kind used last that has too few, when there is room for another. */
  #mostWanting(): PreparedKind | undefined {
    const [kind] = [...this.#kinds.values()]
      .filter((candidate) => !candidate.hasFailed && candidate.ready.length < this.#wanted(candidate))
      .toSorted((a, b) => b.usedAtMs - a.usedAtMs);
    if (kind === undefined || this.#options.memoryIsScarce()) return undefined;
    return this.#makeRoom(kind) ? kind : undefined;
  }

  /** Where all places are taken, the kind that nobody has used for longest gives one of its own. */
  #makeRoom(kind: PreparedKind): boolean {
    const kinds = [...this.#kinds.values()];
    if (kinds.reduce((sum, { ready }) => sum + ready.length, 0) < this.#most) return true;
    const [oldest] = kinds
      .filter(({ ready, usedAtMs }) => ready.length > 0 && usedAtMs < kind.usedAtMs)
      .toSorted((a, b) => a.usedAtMs - b.usedAtMs);
    const removed = oldest?.ready.shift();
    if (removed === undefined) return false;
    this.#destroy(removed);
    return true;
  }

  /** Kinds out of use go, and what others have beyond their demand. */
  #expire(nowMs: number): number | undefined {
    for (const [key, kind] of this.#kinds) {
      const wanted = this.#wanted(kind);
      for (const surplus of kind.ready.splice(wanted)) this.#destroy(surplus);
      if (wanted === 0) this.#kinds.delete(key);
    }
    return this.#kinds.size > 0 ? nowMs + SWEEP_MS : undefined;
  }

  #onLost(lost: PreparedRuntime, kind: PreparedKind): void {
    const index = kind.ready.indexOf(lost);
    if (index === -1) return;
    kind.ready.splice(index, 1);
    this.#destroy(lost);
    this.#fillSoon();
  }

  #destroy({ sandbox }: PreparedRuntime): void {
    sandbox
      .destroy()
      .catch((error: Error) =>
        this.#options.onWarning(`Removing a prepared runtime failed: ${error.message}`),
      );
  }
}

function mostOnThisMachine(): number {
  return Math.min(4 * availableParallelism(), Math.floor((totalmem() * MEMORY_SHARE) / BYTES_EACH));
}
