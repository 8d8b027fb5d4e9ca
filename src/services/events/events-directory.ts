import type { Change } from '../../store/change-feed.ts';
import type { Store } from '../../store/store.ts';
import {
  archiveArn,
  type ArchiveName,
  type LiveArchive,
  liveArchive,
  type StoredArchive,
} from './archives/stored-archive.ts';
import { type BusName, busArn, DEFAULT_BUS, type StoredBus } from './buses/stored-bus.ts';
import {
  busKey,
  type LiveRule,
  liveRule,
  ruleArn,
  type RuleChange,
  type StoredRule,
} from './rules/stored-rule.ts';

/** Buses, rules and archives in memory, so that an event asks no database whom it is for. Fed by the change feed. */
export class EventsDirectory {
  readonly #buses = new Map<string, StoredBus>();
  /** By the ARN of the bus, then of the rule. */
  readonly #rules = new Map<string, Map<string, LiveRule>>();
  /** By the ARN of the bus, then of the archive. */
  readonly #archives = new Map<string, Map<string, LiveArchive>>();
  #onRules: () => void = () => undefined;

  /** @param onRules hears of each change of a rule */
  async open(store: Store, onRules: () => void): Promise<void> {
    this.#onRules = onRules;
    store.changes.subscribe('event-bus', (change) => this.#applyBus(change));
    store.changes.subscribe('event-rule', (change) => this.#applyRule(change.value as RuleChange));
    store.changes.subscribe('event-archive', (change) => this.#applyArchive(change));
    await this.#read(store);
  }

  async #read({ db }: Store): Promise<void> {
    const [buses, rules, archives] = await Promise.all([
      db.selectFrom('events_buses').select('definition').execute(),
      db.selectFrom('events_rules').select('definition').execute(),
      db.selectFrom('events_archives').select('definition').execute(),
    ]);
    for (const { definition } of buses) {
      const bus = JSON.parse(definition) as StoredBus;
      this.#buses.set(busArn(bus), bus);
    }
    for (const { definition } of rules) this.#put(JSON.parse(definition) as StoredRule);
    for (const { definition } of archives) this.#putArchive(JSON.parse(definition) as StoredArchive);
    this.#onRules();
  }

  /** Every account has its default bus in every Region. */
  bus(name: BusName): StoredBus | undefined {
    const known = this.#buses.get(busArn(name));
    if (known !== undefined || name.name !== DEFAULT_BUS) return known;
    return { ...name, tags: {}, createdAtMs: 0, modifiedAtMs: 0 };
  }

  /** Of an account in a Region, by name. */
  buses(accountId: string, region: string): StoredBus[] {
    const own = [...this.#buses.values()].filter(
      (bus) => bus.accountId === accountId && bus.region === region && bus.name !== DEFAULT_BUS,
    );
    const byDefault = this.bus({ accountId, region, name: DEFAULT_BUS });
    return [...(byDefault === undefined ? [] : [byDefault]), ...own].sort((a, b) =>
      a.name < b.name ? -1 : 1,
    );
  }

  rule(bus: BusName, name: string): LiveRule | undefined {
    return this.#rules.get(busArn(bus))?.get(ruleArn({ bus, name }));
  }

  rulesOf(bus: BusName): Iterable<LiveRule> {
    return this.#rules.get(busArn(bus))?.values() ?? [];
  }

  archivesOf(bus: BusName): Iterable<LiveArchive> {
    return this.#archives.get(busArn(bus))?.values() ?? [];
  }

  *archives(): Iterable<LiveArchive> {
    for (const archives of this.#archives.values()) yield* archives.values();
  }

  archive(name: ArchiveName): LiveArchive | undefined {
    const arn = archiveArn(name);
    for (const archives of this.#archives.values()) {
      const found = archives.get(arn);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  *scheduled(): Iterable<LiveRule> {
    for (const rules of this.#rules.values())
      for (const rule of rules.values()) if (rule.schedule !== undefined && rule.isEnabled) yield rule;
  }

  clear(): void {
    this.#buses.clear();
    this.#rules.clear();
    this.#archives.clear();
    this.#onRules();
  }

  #put(rule: StoredRule): void {
    const key = busKey(rule);
    const others = this.#rules.get(key) ?? new Map<string, LiveRule>();
    this.#rules.set(key, others.set(ruleArn(rule), liveRule(rule)));
  }

  #applyBus({ key, value }: Change): void {
    if (value === undefined) this.#buses.delete(key);
    else this.#buses.set(key, value as StoredBus);
  }

  #putArchive(archive: StoredArchive): void {
    const key = busArn(archive.bus);
    const others = this.#archives.get(key) ?? new Map<string, LiveArchive>();
    this.#archives.set(key, others.set(archiveArn(archive), liveArchive(archive)));
  }

  #applyArchive({ key, value }: Change): void {
    for (const [bus, archives] of this.#archives) {
      archives.delete(key);
      if (archives.size === 0) this.#archives.delete(bus);
    }
    if (value !== undefined) this.#putArchive(value as StoredArchive);
  }

  #applyRule(change: RuleChange): void {
    if ('rule' in change) this.#put(change.rule);
    else {
      const others = this.#rules.get(busKey(change.gone));
      others?.delete(ruleArn(change.gone));
      if (others?.size === 0) this.#rules.delete(busKey(change.gone));
    }
    this.#onRules();
  }
}
