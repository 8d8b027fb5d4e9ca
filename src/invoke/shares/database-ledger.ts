import { randomUUID } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import { databaseTime } from '../../store/database-time.ts';
import type { Database } from '../../store/schema.ts';
import type { Store } from '../../store/store.ts';
import {
  type Answer,
  type Book,
  type Member,
  type Outcome,
  type Petition,
  type Report,
  report,
  type View,
} from './book.ts';
import type { Ledger } from './ledger.ts';
import type { Entry, Holder, PoolAccount } from './settle-entry.ts';

type Tx = Pick<Transaction<Database>, 'selectFrom'>;

/** The accounts in the database that platforms share. One report at a time: whoever makes one has the lock of them all. */
export class DatabaseLedger implements Ledger {
  readonly #store: Pick<Store, 'db' | 'writeApart'>;
  readonly #me: { readonly platform: string; readonly owner: string };

  /** @param owner names this platform; the same after a restart */
  constructor(store: Pick<Store, 'db' | 'writeApart'>, owner: string) {
    this.#store = store;
    this.#me = { platform: randomUUID(), owner };
  }

  async look(): Promise<View> {
    const { db } = this.#store;
    const { nowMs, members } = await readMembers(db);
    const own = members.get(this.#me.platform);
    const others = this.#others(members);
    const petitions = others.length === 0 ? [] : await this.#petitions(db);
    return { isMember: own !== undefined, isAlone: own?.isAlone === true, nowMs, others, petitions };
  }

  async report(said: Report): Promise<Answer> {
    return await this.#store.writeApart(async (tx) => {
      await lock(tx);
      const book = await readBook(tx, said.entries);
      const outcome = report(book, this.#me, said);
      await this.#write(tx, book, outcome, said.entries);
      const { isMember, isAlone, granted } = outcome;
      const others = this.#others(book.members);
      const petitions = others.length === 0 ? [] : await this.#petitions(tx);
      return { isMember, isAlone, granted, nowMs: book.nowMs, others, petitions };
    });
  }

  async leave(): Promise<void> {
    await this.#store.writeApart(async (tx) => {
      await lock(tx);
      await remove(tx, [this.#me.platform]);
    });
  }

  #others(members: ReadonlyMap<string, Member>): Member[] {
    return [...members.values()].filter(({ platform }) => platform !== this.#me.platform);
  }

  async #petitions(db: Tx): Promise<Petition[]> {
    const rows = await db
      .selectFrom('concurrency_shares')
      .select(['pool', 'platform', 'amount', 'petition', 'wanted'])
      .where('petition', 'is not', null)
      .where('platform', '!=', this.#me.platform)
      .execute();
    return rows.map(({ petition, wanted, ...row }) => ({
      ...row,
      number: petition ?? 0,
      wanted: wanted ?? 0,
    }));
  }

  async #write(
    tx: Transaction<Database>,
    { members, pools, nowMs }: Book,
    { removed, isCleared, isMember, granted }: Outcome,
    entries: readonly Entry[],
  ): Promise<void> {
    if (removed.length > 0) await remove(tx, removed);
    const me = members.get(this.#me.platform);
    if (!isMember || me === undefined) return;
    const state = { until_ms: me.untilMs, is_alone: me.isAlone, answered: me.answered };
    await tx
      .insertInto('platforms')
      .values({ ...this.#me, ...state })
      .onConflict((conflict) => conflict.column('platform').doUpdateSet(state))
      .execute();
    if (isCleared) {
      await tx.deleteFrom('concurrency_shares').execute();
      await tx.deleteFrom('concurrency_rates').execute();
    }
    if (granted.length > 0) await this.#writePools(tx, pools, entries, nowMs);
  }

  async #writePools(
    tx: Transaction<Database>,
    pools: Book['pools'],
    entries: readonly Entry[],
    nowMs: number,
  ): Promise<void> {
    const { platform } = this.#me;
    const names = entries.map(({ pool }) => pool);
    await tx
      .deleteFrom('concurrency_shares')
      .where('platform', '=', platform)
      .where('pool', 'in', names)
      .execute();
    const shares = entries.flatMap(({ pool }) => {
      const holder = pools.get(pool)?.holders.get(platform);
      return holder === undefined ? [] : [{ pool, platform, ...columnsOf(holder) }];
    });
    if (shares.length > 0) await tx.insertInto('concurrency_shares').values(shares).execute();
    const rates = entries.flatMap(({ pool, isRate }) =>
      isRate ? [{ pool, unspent: pools.get(pool)?.fresh ?? 0, at_ms: nowMs }] : [],
    );
    if (rates.length === 0) return;
    await tx
      .insertInto('concurrency_rates')
      .values(rates)
      .onConflict((conflict) =>
        conflict.column('pool').doUpdateSet((eb) => ({
          unspent: eb.ref('excluded.unspent'),
          at_ms: eb.ref('excluded.at_ms'),
        })),
      )
      .execute();
  }
}

async function lock(tx: Transaction<Database>): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('lambent shares', 0))`.execute(tx);
}

/** As `report` does it, of all pools. */
async function remove(tx: Transaction<Database>, platforms: readonly string[]): Promise<void> {
  await tx
    .updateTable('concurrency_rates')
    .set({ unspent: 0, at_ms: databaseTime() })
    .where('pool', 'in', (eb) =>
      eb.selectFrom('concurrency_shares').select('pool').where('platform', 'in', platforms),
    )
    .execute();
  await tx.deleteFrom('platforms').where('platform', 'in', platforms).execute();
}

async function readMembers(db: Tx): Promise<{ nowMs: number; members: Map<string, Member> }> {
  const rows = await db.selectFrom('platforms').selectAll().select(databaseTime().as('now_ms')).execute();
  const members = rows.map(({ platform, owner, until_ms, is_alone, answered }) => ({
    platform,
    owner,
    untilMs: until_ms,
    isAlone: is_alone,
    answered,
  }));
  return {
    nowMs: rows[0]?.now_ms ?? 0,
    members: new Map(members.map((member) => [member.platform, member])),
  };
}

/** Of the pools, those that are to be settled. */
async function readBook(tx: Transaction<Database>, entries: readonly Entry[]): Promise<Book> {
  const { rows } = await sql<{ now_ms: number; number: number }>`
    select ${databaseTime()} as now_ms, nextval('concurrency_petitions') as number`.execute(tx);
  const { members } = await readMembers(tx);
  const pools = await readPools(
    tx,
    entries.map(({ pool }) => pool),
  );
  return { nowMs: rows[0]?.now_ms ?? 0, petitionNumber: rows[0]?.number ?? 0, members, pools };
}

async function readPools(
  tx: Transaction<Database>,
  names: readonly string[],
): Promise<Map<string, PoolAccount>> {
  const pools = new Map<string, PoolAccount>();
  if (names.length === 0) return pools;
  const shares = await tx.selectFrom('concurrency_shares').selectAll().where('pool', 'in', names).execute();
  const rates = await tx.selectFrom('concurrency_rates').selectAll().where('pool', 'in', names).execute();
  const find = (pool: string): PoolAccount =>
    pools.get(pool) ?? { fresh: undefined, atMs: 0, holders: new Map() };
  for (const { pool, unspent, at_ms: atMs } of rates)
    pools.set(pool, { ...find(pool), fresh: unspent, atMs });
  for (const { pool, platform, amount, petition, wanted, petitioned_at_ms: atMs } of shares) {
    const account = find(pool);
    const asked = petition === null ? undefined : { number: petition, wanted: wanted ?? 0, atMs: atMs ?? 0 };
    account.holders.set(platform, { amount, petition: asked });
    pools.set(pool, account);
  }
  return pools;
}

function columnsOf({ amount, petition }: Holder) {
  return {
    amount,
    petition: petition?.number ?? null,
    wanted: petition?.wanted ?? null,
    petitioned_at_ms: petition?.atMs ?? null,
  };
}
