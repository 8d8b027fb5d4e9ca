import type { Kysely } from 'kysely';
import { invalidParameterValue, resourceConflict } from '../../../model/lambda-errors.ts';
import {
  provisionedConcurrencyOf,
  type StoredProvisionedConcurrency,
} from '../../../model/provisioned-concurrency.ts';
import { type StoredAlias, versionsOf } from '../../../model/stored-alias.ts';
import type { StoredFunction } from '../../../model/stored-function.ts';
import type { Database } from '../../../store/schema.ts';
import { findAlias, findAliases } from '../aliases/alias-rows.ts';
import { findFunction, type FunctionKey, type Tx } from '../functions/function-rows.ts';
import type { QualifiedKey } from '../functions/qualifier-rows.ts';
import { refuseProvisioned } from '../functions/snap-start-rules.ts';
import { refuseTenants } from '../functions/tenancy-setting.ts';
import { refuseManaged } from '../managed-instances/managed-function.ts';
import { isVersionNumber, UNPUBLISHED } from './concurrency-rules.ts';

/** By qualifier, all that a function has. */
export async function findProvisioned(
  db: Kysely<Database>,
  key: FunctionKey,
): Promise<Map<string, StoredProvisionedConcurrency>> {
  const rows = await db
    .selectFrom('lambda_provisioned_concurrency')
    .select(['qualifier', 'configuration'])
    .where('account_id', '=', key.accountId)
    .where('region', '=', key.region)
    .where('function_name', '=', key.name)
    .orderBy('qualifier')
    .execute();
  return new Map(rows.map((row) => [row.qualifier, provisionedConcurrencyOf(row)]));
}

/** Whether there is such a version or alias. */
export async function qualifierExists(db: Kysely<Database>, key: QualifiedKey): Promise<boolean> {
  if (!isVersionNumber(key.qualifier)) return (await findAlias(db, key, key.qualifier)) !== undefined;
  const row = await db
    .selectFrom('lambda_functions')
    .select('version')
    .where('account_id', '=', key.accountId)
    .where('region', '=', key.region)
    .where('name', '=', key.name)
    .where('version', '=', key.qualifier)
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * As `qualifierExists`, and keeps it from being removed until the transaction ends: an update that changes nothing
 * holds the row on PostgreSQL, and means nothing on SQLite, which has one writer.
 */
export async function holdQualifier(tx: Tx, key: QualifiedKey): Promise<boolean> {
  const { accountId, region, name, qualifier } = key;
  const held = isVersionNumber(qualifier)
    ? tx
        .updateTable('lambda_functions')
        .set((row) => ({ revision_id: row.ref('revision_id') }))
        .where('account_id', '=', accountId)
        .where('region', '=', region)
        .where('name', '=', name)
        .where('version', '=', qualifier)
    : tx
        .updateTable('lambda_aliases')
        .set((row) => ({ revision_id: row.ref('revision_id') }))
        .where('account_id', '=', accountId)
        .where('region', '=', region)
        .where('function_name', '=', name)
        .where('name', '=', qualifier);
  return (await held.executeTakeFirst()).numUpdatedRows === 1n;
}

/**
 * Throws 400 for an alias of `$LATEST` or with weights and for a version with SnapStart, tenant isolation or a capacity provider, and 409 for a version and an alias that leads to it: both would claim the same
 * environments.
 * @param provisioned by qualifier, what the function has
 */
export async function checkProvisionable(
  tx: Tx,
  key: QualifiedKey,
  provisioned: ReadonlyMap<string, unknown>,
): Promise<void> {
  const aliases = await findAliases(tx, key);
  const behind = await versionsBehind(tx, key, aliases);
  refuseProvisioned(behind);
  for (const version of behind) {
    refuseManaged(version, 'Provisioned concurrency');
    refuseTenants(version, 'Provisioned concurrency');
  }
  if (isVersionNumber(key.qualifier)) {
    const rivals = aliases.filter((alias) => versionsOf(alias).includes(key.qualifier));
    if (!rivals.some((alias) => provisioned.has(alias.name))) return;
    throw resourceConflict('Version is pointed by a Provisioned Concurrency alias');
  }
  const versions = aliases.filter((alias) => alias.name === key.qualifier).flatMap(versionsOf);
  // Weights may come later: shifting traffic is what UpdateAlias is for, and takes the environments along.
  if (versions.length > 1) {
    throw invalidParameterValue('Alias with weights can not be used with Provisioned Concurrency');
  }
  checkProvisionableVersions(versions, provisioned);
}

/** Throws where a provisioned alias may not lead, whether it is provisioned there or moved there later. */
export function checkProvisionableVersions(
  versions: readonly string[],
  provisioned: ReadonlyMap<string, unknown>,
): void {
  if (versions.includes('$LATEST')) throw invalidParameterValue(UNPUBLISHED);
  if (!versions.some((version) => provisioned.has(version))) return;
  throw resourceConflict(
    "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version",
  );
}

async function versionsBehind(
  tx: Tx,
  key: QualifiedKey,
  aliases: readonly StoredAlias[],
): Promise<StoredFunction[]> {
  const alias = aliases.find(({ name }) => name === key.qualifier);
  const versions = alias === undefined ? [key.qualifier] : versionsOf(alias);
  const records = await Promise.all(versions.map(async (version) => await findFunction(tx, key, version)));
  return records.flatMap((record) => record?.current ?? []);
}
