import { settledState } from '../model/event-source-mapping-state.ts';
import type { MappingKey, StoredMapping } from '../model/stored-event-source-mapping.ts';
import type { Store } from '../store/store.ts';
import { MappingMeter, type MappingFigures } from './mapping-meter.ts';
import { type HeldMapping, MappingPolls } from './mapping-polls.ts';
import type { Poller, ReportResult } from './poller.ts';

export interface EventSourcesOptions {
  readonly store: Store;
  /** Names this platform among those that share the database; the same after a restart. */
  readonly owner: string;
  readonly makePoller: (mapping: StoredMapping, report: ReportResult, meter: MappingMeter) => Poller;
  /** What an operator should read. */
  readonly onNotice: (message: string) => void;
}

/** A mapping as this platform sees to it. */
interface Kept {
  readonly key: MappingKey;
  /** One look at the mapping after the other. */
  looks: Promise<void>;
  poller: { readonly revision: number; readonly poller: Poller } | undefined;
  lastResult: string | undefined;
  readonly meter: MappingMeter;
}

/** What this platform has to say of a mapping it sees to. */
export interface MappingReport extends MappingKey, MappingFigures {
  readonly isPolling: boolean;
}

/** Platforms that share a database look for each other's changes; machines live in real time. */
const LOOK_AROUND_MS = 1_000;
/** After the store has failed. */
const RETRY_MS = 1_000;

/** Sees to it that exactly one poller works for each enabled mapping, as its owner wants it, and that its state says so. */
export class EventSources {
  readonly #options: EventSourcesOptions;
  readonly #polls: MappingPolls;
  #kept = new Map<string, Kept>();
  #isRunning = false;
  #lookAround: NodeJS.Timeout | undefined;

  constructor(options: EventSourcesOptions) {
    this.#options = options;
    this.#polls = new MappingPolls(options.store, options.owner);
    options.store.changes.subscribe('event-source-mapping', ({ value }) => {
      if (this.#isRunning) this.#look(value as StoredMapping);
    });
  }

  /** Of the mappings this platform sees to. Counts begin when it takes a mapping up. */
  reports(): readonly MappingReport[] {
    return [...this.#kept.values()].map(({ key, poller, meter }) => ({
      ...key,
      isPolling: poller !== undefined,
      ...meter.figures(),
    }));
  }

  /** Takes up what there is. Nothing is polled before. */
  async start(): Promise<void> {
    this.#isRunning = true;
    for (const key of await this.#polls.open()) this.#look(key);
    if (this.#options.store.engine === 'postgres') {
      this.#lookAround = setInterval(() => void this.#lookRound(), LOOK_AROUND_MS).unref();
    }
  }

  /** Polls no more, and resolves when what is under way has ended. */
  async stop(): Promise<void> {
    if (!this.#isRunning) return;
    this.#isRunning = false;
    clearInterval(this.#lookAround);
    await Promise.all([...this.#kept.values()].map(async (kept) => await this.#end(kept)));
    await this.#polls.releaseAll().catch((error: unknown) => this.#options.onNotice(String(error)));
  }

  /** Forgets everything; the caller empties the store. What is under way ends by itself. */
  reset(): void {
    const before = this.#kept;
    this.#kept = new Map();
    for (const { poller } of before.values()) void poller?.poller.stop();
  }

  async #end(kept: Kept): Promise<void> {
    await Promise.all([kept.poller?.poller.stop(), kept.looks]);
    await kept.poller?.poller.stop();
  }

  async #lookRound(): Promise<void> {
    try {
      const held = await this.#polls.renew();
      for (const [uuid, kept] of this.#kept) {
        if (kept.poller !== undefined && !held.has(uuid)) this.#look(kept.key);
      }
      for (const key of await this.#polls.waiting()) this.#look(key);
    } catch (error) {
      this.#options.onNotice(`Event source mappings could not be looked after: ${String(error)}`);
    }
  }

  #look({ accountId, region, uuid }: MappingKey): void {
    const key = { accountId, region, uuid };
    const kept = this.#kept.get(uuid) ?? {
      key,
      looks: Promise.resolve(),
      poller: undefined,
      lastResult: undefined,
      meter: new MappingMeter(),
    };
    this.#kept.set(uuid, kept);
    kept.looks = kept.looks.then(async () => await this.#converge(kept));
  }

  async #converge(kept: Kept): Promise<void> {
    try {
      while (this.#isCurrent(kept) && (await this.#step(kept)));
    } catch (error) {
      this.#options.onNotice(`The event source mapping ${kept.key.uuid} waits: ${String(error)}`);
      setTimeout(() => {
        if (this.#isCurrent(kept)) this.#look(kept.key);
      }, RETRY_MS).unref();
    }
  }

  #isCurrent(kept: Kept): boolean {
    return this.#isRunning && this.#kept.get(kept.key.uuid) === kept;
  }

  /** @returns whether to look again at once: the mapping was changed meanwhile */
  async #step(kept: Kept): Promise<boolean> {
    const held = await this.#polls.take(kept.key);
    const wantsPoller = held !== undefined && held.mapping.enabled && held.mapping.state !== 'Deleting';
    if (kept.poller !== undefined && !(wantsPoller && kept.poller.revision === held.revision)) {
      await kept.poller.poller.stop();
      kept.poller = undefined;
    }
    if (!this.#isCurrent(kept)) return false;
    if (held === undefined || held.mapping.state === 'Deleting') {
      if (held !== undefined) await this.#polls.remove(held);
      this.#kept.delete(kept.key.uuid);
      return false;
    }
    if (wantsPoller && kept.poller === undefined) await this.#begin(kept, held);
    return await this.#settle(kept, held);
  }

  async #begin(kept: Kept, held: HeldMapping): Promise<void> {
    kept.lastResult = held.mapping.lastProcessingResult;
    const report = (result: string): void => this.#report(kept, result);
    const poller = this.#options.makePoller(held.mapping, report, kept.meter);
    kept.poller = { revision: held.revision, poller };
    await poller.start();
  }

  async #settle(kept: Kept, held: HeldMapping): Promise<boolean> {
    const state = settledState(held.mapping.state, held.mapping.enabled);
    if (state === undefined) return false;
    if (!(await this.#polls.settle(held, { ...held.mapping, state }))) return true;
    // The poller is that of the mapping as it is now.
    if (kept.poller !== undefined) kept.poller = { ...kept.poller, revision: held.revision + 1 };
    else this.#kept.delete(kept.key.uuid);
    return false;
  }

  #report(kept: Kept, result: string): void {
    if (kept.lastResult === result || !this.#isCurrent(kept)) return;
    kept.lastResult = result;
    this.#polls.record(kept.key, result).catch((error: unknown) => this.#options.onNotice(String(error)));
  }
}
