import type { Kysely } from 'kysely';
import { type FunctionSettings, functionSettingsOf } from '../../../model/function-settings.ts';
import { functionArn } from '../../../model/stored-function.ts';
import type { Database } from '../../../store/schema.ts';
import type { Announce, FunctionKey, Tx } from './function-rows.ts';

/** What belongs to the function as a whole; undefined when there is no such function. */
export async function findSettings(
  db: Kysely<Database>,
  key: FunctionKey,
): Promise<FunctionSettings | undefined> {
  const row = await db
    .selectFrom('lambda_function_settings')
    .select(['next_version', 'reserved_concurrency', 'recursive_loop', 'code_signing_config_arn'])
    .where('account_id', '=', key.accountId)
    .where('region', '=', key.region)
    .where('name', '=', key.name)
    .executeTakeFirst();
  return row === undefined ? undefined : functionSettingsOf(row);
}

export async function insertSettings(tx: Tx, key: FunctionKey, nextVersion: number): Promise<void> {
  await tx
    .insertInto('lambda_function_settings')
    .values({
      account_id: key.accountId,
      region: key.region,
      name: key.name,
      next_version: nextVersion,
      reserved_concurrency: null,
      recursive_loop: null,
      code_signing_config_arn: null,
    })
    .execute();
}

/** Columns of the settings a caller can change. */
export interface SettingsChange {
  readonly reserved_concurrency?: number | null;
  readonly recursive_loop?: string | null;
  readonly code_signing_config_arn?: string | null;
}

/** Writes and announces. False when there is no such function. */
export async function updateSettings(
  tx: Tx,
  announce: Announce,
  key: FunctionKey,
  change: SettingsChange,
): Promise<boolean> {
  const updated = await tx
    .updateTable('lambda_function_settings')
    .set(change)
    .where('account_id', '=', key.accountId)
    .where('region', '=', key.region)
    .where('name', '=', key.name)
    .executeTakeFirst();
  if (updated.numUpdatedRows !== 1n) return false;
  await announceSettings(tx, announce, key);
  return true;
}

export async function announceSettings(tx: Tx, announce: Announce, key: FunctionKey): Promise<void> {
  const value = await findSettings(tx, key);
  const arn = functionArn(key.accountId, key.region, key.name);
  announce({ kind: 'function-settings', key: arn, ...(value && { value }) });
}

/** Takes the number of the next published version; no other caller gets the same. */
export async function takeVersionNumber(tx: Tx, key: FunctionKey): Promise<number> {
  const row = await tx
    .updateTable('lambda_function_settings')
    .set((column) => ({ next_version: column('next_version', '+', 1) }))
    .where('account_id', '=', key.accountId)
    .where('region', '=', key.region)
    .where('name', '=', key.name)
    .returning('next_version')
    .executeTakeFirstOrThrow();
  return row.next_version - 1;
}
