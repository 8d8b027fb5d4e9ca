import type { Clock } from '../../../model/clock.ts';
import type { Store } from '../../../store/store.ts';
import type { ItemWriter } from '../items/item-writer.ts';
import { forgetOld, nextToForget } from '../streams/old-records.ts';
import { removeLeftovers } from '../tables/leftovers.ts';
import type { Table, TableDefinition } from '../tables/table-definition.ts';
import { isExpired, TOO_LONG_AGO_MS } from './expiry-rows.ts';

interface ExpiryOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly items: ItemWriter;
  /** What an operator should read. */
  readonly onNotice: (message: string) => void;
}

const ITEMS_AT_A_TIME = 200;
/** Time without a look at what other platforms have written. */
const LOOK_ROUND_MS = 3_600_000;

/**
 * Deletes what has expired when its time has come, what streams need not keep, and what is left of tables that are gone.
 * Sleeps while there is nothing of it.
 */
export class ItemExpiry {
  readonly #options: ExpiryOptions;
  #cancel: (() => void) | undefined;
  #dueAtMs = Number.POSITIVE_INFINITY;
  #isStarted = false;
  #running: Promise<void> = Promise.resolve();

  constructor(options: ExpiryOptions) {
    this.#options = options;
  }

  start(): void {
    this.#isStarted = true;
    this.soon();
  }

  async stop(): Promise<void> {
    this.#isStarted = false;
    this.#cancel?.();
    await this.#running;
  }

  /** Looks for what is due. */
  soon(): void {
    this.expect(this.#options.clock.now());
  }

  /** Something is due at that moment, by platform time. */
  expect(atMs: number): void {
    if (!this.#isStarted || atMs >= this.#dueAtMs) return;
    this.#cancel?.();
    this.#dueAtMs = atMs;
    const { clock } = this.#options;
    this.#cancel = clock.schedule(Math.max(0, atMs - clock.now()), async () => {
      this.#dueAtMs = Number.POSITIVE_INFINITY;
      this.#cancel = undefined;
      this.#running = this.#running.then(async () => await this.#run());
      await this.#running;
    });
  }

  async #run(): Promise<void> {
    const { store, clock, onNotice } = this.#options;
    try {
      while (this.#isStarted && (await this.#deleteSome()) === ITEMS_AT_A_TIME);
      while (this.#isStarted && (await removeLeftovers(store)));
      const nextMs = await this.#next();
      if (nextMs !== undefined) this.expect(nextMs);
    } catch (error) {
      onNotice(
        `What has expired, or is left of tables that are gone, could not be deleted: ${String(error)}`,
      );
      this.expect(clock.now() + LOOK_ROUND_MS);
    }
  }

  /** @returns how many there were */
  async #deleteSome(): Promise<number> {
    const { store, clock, items } = this.#options;
    const nowMs = clock.now();
    const rows = await store.db
      .selectFrom('dynamodb_items as i')
      .innerJoin('dynamodb_tables as t', 't.id', 'i.table_id')
      .selectAll('t')
      .select(['i.hash_key', 'i.range_key'])
      .where('i.expires_at_ms', '<=', nowMs)
      .where('i.expires_at_ms', '>', nowMs - TOO_LONG_AGO_MS)
      .orderBy('i.expires_at_ms')
      .limit(ITEMS_AT_A_TIME)
      .execute();
    await Promise.all(
      rows.map(async (row) => {
        const table: Table = {
          accountId: row.account_id,
          region: row.region,
          name: row.name,
          id: row.id,
          definition: JSON.parse(row.definition) as TableDefinition,
          createdAtMs: row.created_at_ms,
        };
        await items.write({
          table,
          key: { hashKey: row.hash_key, rangeKey: row.range_key },
          // It may have been given more time meanwhile.
          decide: (item) =>
            item !== undefined && isExpired(table.definition, item, nowMs) ? undefined : item,
          isExpiry: true,
        });
      }),
    );
    return rows.length;
  }

  /** When the next one is due; undefined: nobody waits for anything. */
  async #next(): Promise<number | undefined> {
    const { store, clock } = this.#options;
    const nowMs = clock.now();
    const item = await store.db
      .selectFrom('dynamodb_items')
      .select(({ fn }) => fn.min<number | null>('expires_at_ms').as('at'))
      .where('expires_at_ms', '>', nowMs)
      .executeTakeFirst();
    const forgetAtMs = await nextToForget(store.db);
    if (forgetAtMs !== undefined && forgetAtMs <= nowMs) {
      await forgetOld(store, nowMs, () => this.#isStarted);
    }
    const times = [item?.at ?? undefined, forgetAtMs && Math.max(forgetAtMs, nowMs + LOOK_ROUND_MS)];
    const next = Math.min(...times.filter((at) => at !== undefined));
    return Number.isFinite(next) ? next : undefined;
  }
}
