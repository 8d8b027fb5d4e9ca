import type { Kysely } from 'kysely';
import type { ConcurrencyClaim } from '../../../model/concurrency-limits.ts';
import { provisionedConcurrencyOf } from '../../../model/provisioned-concurrency.ts';
import type { Database } from '../../../store/schema.ts';
import type { FunctionKey, Tx } from '../functions/function-rows.ts';

type Account = Pick<FunctionKey, 'accountId' | 'region'>;

/**
 * Holds the account's claims as they are until the transaction ends: whoever adds to them has to come here first, or
 * two writers could each find room for what does not fit together.
 */
export async function lockClaims(tx: Tx, { accountId, region }: Account): Promise<void> {
  await tx
    .insertInto('lambda_concurrency_locks')
    .values({ account_id: accountId, region })
    // Changes nothing, and waits on PostgreSQL for whoever has the row.
    .onConflict((conflict) => conflict.columns(['account_id', 'region']).doUpdateSet({ region }))
    .execute();
}

/** Every function of the account with a reservation or provisioned concurrency. */
export async function readClaims(db: Kysely<Database>, account: Account): Promise<ConcurrencyClaim[]> {
  const reservations = await db
    .selectFrom('lambda_function_settings')
    .select(['name', 'reserved_concurrency'])
    .where('account_id', '=', account.accountId)
    .where('region', '=', account.region)
    .where('reserved_concurrency', 'is not', null)
    .execute();
  const provisioned = await readProvisioned(db, account);
  const reserved = new Map(reservations.map((row) => [row.name, row.reserved_concurrency ?? undefined]));
  return [...new Set([...reserved.keys(), ...provisioned.keys()])].map((name) => ({
    name,
    reserved: reserved.get(name),
    provisioned: provisioned.get(name) ?? 0,
  }));
}

/** Provisioned concurrency by function name, over all versions and aliases. */
async function readProvisioned(db: Kysely<Database>, account: Account): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('lambda_provisioned_concurrency')
    .select(['function_name', 'configuration'])
    .where('account_id', '=', account.accountId)
    .where('region', '=', account.region)
    .execute();
  const totals = new Map<string, number>();
  for (const row of rows) {
    const { requested } = provisionedConcurrencyOf(row);
    totals.set(row.function_name, (totals.get(row.function_name) ?? 0) + requested);
  }
  return totals;
}
