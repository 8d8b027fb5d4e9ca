import type { Transaction } from 'kysely';
import type { Clock } from '../model/clock.ts';
import type { Database } from './schema.ts';
import type { Store } from './store.ts';

type Tx = Transaction<Database>;

/** Who has rows in hand, and until when others keep off them. */
export interface Claim {
  readonly owner: string;
  readonly untilMs: number;
}

/** What a claim has found. */
export interface Claimed<Row> {
  readonly rows: readonly Row[];
  /** When the first row that was not taken is due; Infinity: there is none. */
  readonly nextDueMs: number;
}

interface HeldClaimsOptions {
  readonly store: Store;
  readonly clock: Clock;
  /** In each of them `due_at_ms` is when a row can be taken, which for one in hand is when its claim lapses. */
  readonly table: 'deliveries' | 'lambda_async_events';
  /** Names this platform among those that share the database; the same after a restart. */
  readonly owner: string;
  readonly mostInHand: number;
  readonly onNotice: (message: string) => void;
}

/** How long others keep off a row whose platform no longer says that it has it in hand. */
const LEASE_MS = 60_000;
const RENEWAL_MS = 20_000;

/**
 * The rows of a table that this platform has in hand. Each is claimed on disk, for a minute at a time: platforms that share
 * a database never have one row at once, and what a machine had in hand that is gone comes free by itself.
 */
export class HeldClaims {
  readonly #options: HeldClaimsOptions;
  #inHand = new Set<string>();
  /** Places kept for claims under way. */
  #reserved = 0;
  #cancelRenewal: (() => void) | undefined;
  #whenEmpty: (() => void)[] = [];

  constructor(options: HeldClaimsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#inHand.size;
  }

  get free(): number {
    return this.#options.mostInHand - this.#inHand.size - this.#reserved;
  }

  /** To be written with rows that are then held. */
  newClaim(): Claim {
    return { owner: this.#options.owner, untilMs: this.#options.clock.now() + LEASE_MS };
  }

  hold(id: string): void {
    this.#inHand.add(id);
    this.#renewLater();
  }

  /** Claims what is due, on disk and in hand. May find less than it has taken when everything was forgotten meanwhile. */
  async claim<Row extends { readonly id: string }>(
    most: number,
    take: (tx: Tx, claim: Claim) => Promise<Claimed<Row>>,
  ): Promise<Claimed<Row>> {
    const inHand = this.#inHand;
    this.#reserved += most;
    try {
      const claimed = await this.#options.store.write(async (tx) => await take(tx, this.newClaim()));
      // After a leap of the clock, claims can lapse before they are renewed.
      const rows = claimed.rows.filter(({ id }) => !inHand.has(id));
      if (inHand === this.#inHand) for (const { id } of rows) this.hold(id);
      return { rows, nextDueMs: claimed.nextDueMs };
    } finally {
      if (inHand === this.#inHand) this.#reserved -= most;
      this.#tellIfEmpty();
    }
  }

  /** Settled, or put back for another time. */
  release(id: string): void {
    this.#inHand.delete(id);
    this.#tellIfEmpty();
  }

  /** What an earlier run of this platform had in hand is due again. */
  async takeBack(): Promise<void> {
    const { store, clock, owner, table } = this.#options;
    const left = await store.db
      .selectFrom(table)
      .select('id')
      .where('claimed_by', '=', owner)
      .limit(1)
      .executeTakeFirst();
    if (left === undefined) return;
    await store.write(async (tx) => {
      await tx
        .updateTable(table)
        .set({ due_at_ms: clock.now(), claimed_by: null })
        .where('claimed_by', '=', owner)
        .execute();
    });
  }

  /** Resolves when nothing is in hand. */
  async empty(): Promise<void> {
    if (this.#isEmpty()) return;
    await new Promise<void>((resolve) => this.#whenEmpty.push(resolve));
  }

  /** Forgets everything; the caller empties the store. */
  clear(): void {
    this.#inHand = new Set();
    this.#reserved = 0;
    this.#tellIfEmpty();
  }

  #isEmpty(): boolean {
    return this.#inHand.size === 0 && this.#reserved === 0;
  }

  #tellIfEmpty(): void {
    if (!this.#isEmpty()) return;
    this.#cancelRenewal?.();
    this.#cancelRenewal = undefined;
    const waiting = this.#whenEmpty;
    this.#whenEmpty = [];
    for (const resolve of waiting) resolve();
  }

  #renewLater(): void {
    this.#cancelRenewal ??= this.#options.clock.schedule(RENEWAL_MS, async () => await this.#renew());
  }

  async #renew(): Promise<void> {
    const { store, table, onNotice } = this.#options;
    this.#cancelRenewal = undefined;
    const ids = [...this.#inHand];
    if (ids.length === 0) return;
    const { owner, untilMs } = this.newClaim();
    try {
      await store.write(async (tx) => {
        await tx
          .updateTable(table)
          .set({ due_at_ms: untilMs })
          .where('id', 'in', ids)
          .where('claimed_by', '=', owner)
          .execute();
      });
    } catch (error) {
      onNotice(`Claims could not be renewed: ${String(error)}`);
    }
    if (this.#inHand.size > 0) this.#renewLater();
  }
}

/** Of rows in the order of their due times: those to take, and when the next one is due. */
export function dueFirst<Row extends { readonly due_at_ms: number }>(
  waiting: readonly Row[],
  most: number,
  nowMs: number,
): { due: Row[]; nextDueMs: number } {
  const due = waiting.slice(0, most).filter((row) => row.due_at_ms <= nowMs);
  return { due, nextDueMs: waiting[due.length]?.due_at_ms ?? Infinity };
}
