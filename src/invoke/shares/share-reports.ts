import type { Clock } from '../../model/clock.ts';
import type { DividedPool, Division } from '../concurrency/division.ts';
import type { Answer, Petition, View } from './book.ts';
import type { AskGroup, PoolAsks } from './pool-asks.ts';
import { type Entry, keepsBeside } from './settle-entry.ts';

/** What is not certain to be what the accounts say. */
const UNKNOWN = -1;
/** What was not used for so long goes back unasked. */
const UNUSED_MS = 30_000;

interface Account {
  /** What this platform holds in the accounts. */
  held: number;
  readonly isRate: boolean;
  readonly hasPetition: boolean;
}

/** What this platform has to say to the accounts, and what it knows of them. */
export class ShareReports {
  readonly #division: Division;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #asks: PoolAsks;
  /** By pool. */
  readonly #accounts = new Map<string, Account>();
  /** Unspent, of what was given back of a rate and not yet reported. */
  readonly #fresh = new Map<string, number>();
  #idle = new Set<string>();
  #idleAtMs = performance.now();
  #answered = 0;
  #reported = 0;

  constructor(division: Division, clock: Pick<Clock, 'now'>, asks: PoolAsks) {
    this.#division = division;
    this.#clock = clock;
    this.#asks = asks;
  }

  /** Petitions up to this one have been heard. */
  get answered(): number {
    return this.#answered;
  }

  get hasAnswered(): boolean {
    return this.#answered > this.#reported;
  }

  unanswered(view: View | undefined): readonly Petition[] {
    return view?.petitions.filter(({ number }) => number > this.#answered) ?? [];
  }

  /** What is not in use; and of what is, what goes beyond an even share when it is free. */
  giveBack(petitions: readonly Petition[]): void {
    const nowMs = this.#clock.now();
    for (const { number, pool: name, amount, wanted } of petitions) {
      this.#answered = Math.max(this.#answered, number);
      const pool = this.#division.find(name);
      if (pool === undefined || !this.#division.isDivided) continue;
      const used = Math.min(pool.used(nowMs), pool.share);
      const contenders = 1 + petitions.filter((each) => each.pool === name).length;
      const keep = amount < used ? keepsBeside(pool.limit, contenders, used, wanted) : used;
      this.#cut(pool, keep, nowMs);
    }
  }

  /** All that the accounts do not say as it is, and all that is wanted. */
  entries(isLast: (petition: number | undefined, group: AskGroup) => boolean): Entry[] {
    if (!this.#division.isDivided) return [];
    this.#giveBackUnused();
    const entries: Entry[] = [];
    for (const pool of this.#division.pools) {
      const group = this.#asks.find(pool.name);
      const isDue = group !== undefined && (group.petition === undefined || isLast(group.petition, group));
      if (isDue || this.#isOther(pool, group)) entries.push(this.#entry(pool, group, isLast));
    }
    for (const [pool, { held, isRate }] of this.#accounts)
      if (held !== 0 && this.#division.find(pool) === undefined)
        entries.push({ pool, isRate, limit: 0, keep: 0, fresh: 0, want: 0, isLast: true });
    for (const pool of this.#asks.pools) this.#dismiss(pool);
    return entries;
  }

  settled({ granted }: Answer, entries: readonly Entry[]): void {
    const nowMs = this.#clock.now();
    this.#reported = this.#answered;
    for (const [index, { pool: name, amount, fresh, isOver, petition }] of granted.entries()) {
      const entry = entries[index];
      const pool = this.#division.find(name);
      if (entry === undefined) continue;
      if (amount === 0 && petition === undefined) this.#accounts.delete(name);
      else
        this.#accounts.set(name, { held: amount, isRate: entry.isRate, hasPetition: petition !== undefined });
      // A limit that was lowered meanwhile makes it worth nothing.
      if (pool !== undefined && pool.limit >= entry.limit)
        pool.settle({ amount, fresh, isOver }, entry.keep, nowMs);
      const group = this.#asks.find(name);
      if (group === undefined || !group.isClosed) continue;
      group.petition = petition;
      if (petition === undefined) this.#asks.finish(name, group);
    }
  }

  /** Nobody knows whether it was written. */
  lost(entries: readonly Entry[]): void {
    for (const { pool, isRate } of entries)
      this.#accounts.set(pool, { held: UNKNOWN, isRate, hasPetition: true });
    for (const [pool, { isRate }] of this.#accounts)
      this.#accounts.set(pool, { held: UNKNOWN, isRate, hasPetition: true });
  }

  /** There are no accounts any more. */
  forget(): void {
    this.#accounts.clear();
    this.#fresh.clear();
  }

  #isOther(pool: DividedPool, group: AskGroup | undefined): boolean {
    const account = this.#accounts.get(pool.name);
    if ((account?.held ?? 0) !== pool.kept || this.#fresh.has(pool.name)) return true;
    return account?.hasPetition === true && group === undefined;
  }

  #entry(
    pool: DividedPool,
    group: AskGroup | undefined,
    isLast: (petition: number | undefined, group: AskGroup) => boolean,
  ): Entry {
    const nowMs = this.#clock.now();
    const { name, isRate, limit, kept: keep } = pool;
    const fresh = this.#fresh.get(name) ?? 0;
    this.#fresh.delete(name);
    const count = group?.askers.reduce((sum, asker) => sum + asker.count, 0) ?? 0;
    const want = Math.max(0, pool.used(nowMs) + count - keep);
    if (group !== undefined) group.isClosed = true;
    return {
      pool: name,
      isRate,
      limit,
      keep,
      fresh,
      want,
      isLast: group === undefined || isLast(group.petition, group),
    };
  }

  /** Who asks for what is gone has nothing to wait for. */
  #dismiss(pool: string): void {
    const group = this.#asks.find(pool);
    if (group !== undefined && this.#division.find(pool) === undefined) this.#asks.finish(pool, group);
  }

  #giveBackUnused(): void {
    if (performance.now() - this.#idleAtMs < UNUSED_MS) return;
    this.#idleAtMs = performance.now();
    const nowMs = this.#clock.now();
    const idle = new Set<string>();
    for (const pool of this.#division.pools) {
      if (pool.used(nowMs) > 0) continue;
      if (this.#idle.has(pool.name)) this.#cut(pool, 0, nowMs);
      else idle.add(pool.name);
    }
    this.#idle = idle;
  }

  #cut(pool: DividedPool, share: number, nowMs: number): void {
    const fresh = pool.cut(share, nowMs);
    if (fresh > 0) this.#fresh.set(pool.name, (this.#fresh.get(pool.name) ?? 0) + fresh);
  }
}
