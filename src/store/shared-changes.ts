import { randomUUID } from 'node:crypto';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Change } from './change-feed.ts';
import { OrderOfChanges } from './order-of-changes.ts';
import type { Database } from './schema.ts';
import { databaseTime } from './database-time.ts';
import { reasonOf } from './store-unavailable.ts';

/** What others write counts here after so long, in real time, and the answer of the database. */
const LOOK_MS = 200;
/** After the database has failed. */
const RETRY_MS = 1_000;
const PRUNE_MS = 60_000;
/** A platform that was out of touch for longer has missed something for good. */
const KEPT_MS = 3_600_000;

export interface SharedChangesOptions {
  readonly db: Kysely<Database>;
  /** `Store.write` */
  readonly write: <T>(work: (tx: Transaction<Database>) => Promise<T>) => Promise<T>;
  /** Tells this platform's listeners. */
  readonly publish: (changes: readonly Change[]) => void;
  readonly onWarning: (message: string) => void;
}

interface FoundChange {
  readonly snapshot: string;
  readonly now_ms: number;
  readonly number: number | null;
  readonly written_at_ms: number;
  readonly platform: string;
  readonly kind: string;
  readonly key: string;
  readonly value: string | null;
}

/**
 * Platforms on one PostgreSQL tell each other what they have written: a row for each change, in its own transaction. Each
 * platform asks a few times a second for the rows of transactions that had not ended when it asked before: by snapshots,
 * since numbers are given out before a commit and one that comes late would be overlooked. A question, and no
 * LISTEN, so that poolers of connections may stand in between.
 */
export class SharedChanges {
  readonly #options: SharedChangesOptions;
  /** This run of the platform: one that starts reads everything anyway. */
  readonly #platform = randomUUID();
  readonly #order = new OrderOfChanges();
  /** The transactions whose effects the last look saw, a `pg_snapshot`. */
  #seen: string | undefined;
  #looking: Promise<void> | undefined;
  #lookAfter: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #prunedAtMs = performance.now();
  #isFollowing = false;
  #heard = 0;
  #hasWarned = false;
  #onLapse: (reason: string) => void = () => undefined;

  constructor(options: SharedChangesOptions) {
    this.#options = options;
  }

  /** What is written from now on is new; what was written before, the platform reads from the tables. */
  async open(): Promise<void> {
    const now = sql<{ snapshot: string }>`select pg_current_snapshot()::text as snapshot`;
    this.#seen = (await now.execute(this.#options.db)).rows[0]?.snapshot;
  }

  /**
   * Tells this platform's listeners of others' changes from now on, those since `open` first.
   * @param onLapse something was missed for good: only a new start knows it all again
   */
  follow(onLapse: (reason: string) => void): void {
    this.#onLapse = onLapse;
    this.#isFollowing = true;
    this.#arm(0);
  }

  /** How many changes of others have been told here. */
  get heard(): number {
    return this.#heard;
  }

  /** Asks no more, and resolves when nothing is under way. */
  async stop(): Promise<void> {
    this.#isFollowing = false;
    clearTimeout(this.#timer);
    await this.#looking?.catch(() => undefined);
  }

  /** Resolves when all that others wrote before this call has been told here. Rejects when the database does not answer. */
  async catchUp(): Promise<void> {
    if (!this.#isFollowing) return;
    // A question that is under way may have been asked before; all who wait for the next one share it.
    this.#lookAfter ??= this.#lookAgain();
    await this.#lookAfter;
  }

  /** Writes down what a write has changed, as its last statement: whatever it changed is locked by then. */
  async append(tx: Transaction<Database>, changes: readonly Change[]): Promise<readonly number[]> {
    if (changes.length === 0) return [];
    const rows = changes.map(({ kind, key, value, shared }) => {
      const told = (shared === undefined ? value : shared) ?? null;
      return { platform: this.#platform, kind, key, value: told === null ? null : JSON.stringify(told) };
    });
    const numbers = await tx.insertInto('platform_changes').values(rows).returning('number').execute();
    return numbers.map(({ number }) => number);
  }

  /** Tells of this platform's own changes, once they are committed. */
  publishOwn(changes: readonly Change[], numbers: readonly number[]): void {
    this.#options.publish(
      changes.filter((change, index) => this.#order.isNewest(change, numbers[index] ?? 0)),
    );
  }

  #arm(delayMs: number): void {
    clearTimeout(this.#timer);
    if (!this.#isFollowing) return;
    this.#timer = setTimeout(() => {
      if (this.#looking === undefined && this.#lookAfter === undefined)
        this.#lookOnce().catch(() => undefined);
    }, delayMs).unref();
  }

  async #lookAgain(): Promise<void> {
    await this.#looking?.catch(() => undefined);
    this.#lookAfter = undefined;
    await this.#lookOnce();
  }

  #lookOnce(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(): Promise<void> {
    try {
      await this.#take(await this.#ask());
      if (this.#hasWarned) this.#options.onWarning('Changes of other platforms are read again.');
      this.#hasWarned = false;
      this.#arm(LOOK_MS);
    } catch (error) {
      this.#arm(RETRY_MS);
      if (!this.#hasWarned && this.#isFollowing)
        this.#options.onWarning(`Changes of other platforms cannot be read: ${reasonOf(error)}.`);
      this.#hasWarned = true;
      throw error;
    }
  }

  /** The snapshot is there even when nothing was found. Rows from another server's history, restored, are not news. */
  async #ask(): Promise<readonly FoundChange[]> {
    const before = sql`${this.#seen}::pg_snapshot`;
    const found = await sql<FoundChange>`
      select pg_current_snapshot()::text as snapshot, ${databaseTime()} as now_ms, number, written_at_ms,
        platform, kind, key, case when platform = ${this.#platform} then null else value end as value
      from (select 1) as always left join platform_changes
        on transaction >= pg_snapshot_xmin(${before})
        and not pg_visible_in_snapshot(transaction, ${before})
        and pg_visible_in_snapshot(transaction, pg_current_snapshot())
      order by number`.execute(this.#options.db);
    return found.rows;
  }

  async #take(found: readonly FoundChange[]): Promise<void> {
    const [now] = found;
    const before = this.#seen;
    if (now === undefined || before === undefined || !this.#isFollowing) return;
    const changes = found.filter(({ number }) => number !== null);
    const oldestMs = now.now_ms - KEPT_MS;
    const news = this.#newest(changes);
    this.#seen = now.snapshot;
    if (nextTransaction(now.snapshot) < nextTransaction(before))
      this.#onLapse('the database is an earlier state of what it was');
    else if (changes.some(({ written_at_ms: atMs }) => atMs < oldestMs))
      this.#onLapse('it was out of touch with the database for more than an hour while others wrote');
    this.#heard += news.length;
    this.#options.publish(news);
    this.#order.age();
    await this.#prune();
  }

  /** Of each thing the last change, unless this platform has told of a later one. */
  #newest(found: readonly FoundChange[]): Change[] {
    const newest = new Map<string, Change>();
    for (const { number, platform, kind, key, value } of found) {
      if (platform === this.#platform || !this.#order.isNewest({ kind, key }, number ?? 0)) continue;
      const name = `${kind} ${key}`;
      newest.delete(name);
      const change = { kind, key, isElsewhere: true } as const;
      newest.set(name, value === null ? change : { ...change, value: JSON.parse(value) as unknown });
    }
    return [...newest.values()];
  }

  /** The newest of the old ones stays: by it a platform that was away learns that it has missed something. */
  async #prune(): Promise<void> {
    if (performance.now() - this.#prunedAtMs < PRUNE_MS) return;
    this.#prunedAtMs = performance.now();
    await this.#options.write(async (tx) => {
      await tx
        .deleteFrom('platform_changes')
        .where('number', '<', (eb) =>
          eb
            .selectFrom('platform_changes')
            .select(eb.fn.max('number').as('newest'))
            .where('written_at_ms', '<', sql<number>`${databaseTime()} - ${KEPT_MS}`),
        )
        .execute();
    });
  }
}

/** The number the next transaction had: snapshots read `xmin:xmax:xip,...`. */
function nextTransaction(snapshot: string): bigint {
  return BigInt(snapshot.split(':')[1] ?? 0);
}
