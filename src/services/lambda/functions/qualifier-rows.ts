import { functionArn } from '../../../model/stored-function.ts';
import type { Announce, FunctionKey, Tx } from './function-rows.ts';

/** Tables with one document per version or alias, and the kind of change their readers follow. */
export const KINDS = {
  lambda_provisioned_concurrency: 'provisioned-concurrency',
  lambda_event_invoke_configs: 'event-invoke-config',
  lambda_function_urls: 'function-url',
} as const;

export type QualifierTable = keyof typeof KINDS;
const TABLES = Object.keys(KINDS) as QualifierTable[];

/** A version, an alias or `$LATEST` of a function. */
export type QualifiedKey = FunctionKey & { readonly qualifier: string };

export function qualifiedArn({ accountId, region, name, qualifier }: QualifiedKey): string {
  return `${functionArn(accountId, region, name)}:${qualifier}`;
}

/** Adds the document or takes the place of the one there is. */
export async function writeQualifierRow(
  tx: Tx,
  announce: Announce,
  table: QualifierTable,
  key: QualifiedKey,
  value: object,
): Promise<void> {
  const configuration = JSON.stringify(value);
  await tx
    .insertInto(table)
    .values({
      account_id: key.accountId,
      region: key.region,
      function_name: key.name,
      qualifier: key.qualifier,
      configuration,
    })
    .onConflict((conflict) =>
      conflict.columns(['account_id', 'region', 'function_name', 'qualifier']).doUpdateSet({ configuration }),
    )
    .execute();
  announce({ kind: KINDS[table], key: qualifiedArn(key), value });
}

/** Adds the document. False, with nothing done, when there is one already. */
export async function insertQualifierRow(
  tx: Tx,
  announce: Announce,
  table: QualifierTable,
  key: QualifiedKey,
  value: object,
): Promise<boolean> {
  const inserted = await tx
    .insertInto(table)
    .values({
      account_id: key.accountId,
      region: key.region,
      function_name: key.name,
      qualifier: key.qualifier,
      configuration: JSON.stringify(value),
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if (inserted.numInsertedOrUpdatedRows !== 1n) return false;
  announce({ kind: KINDS[table], key: qualifiedArn(key), value });
  return true;
}

/** False when there was none. */
export async function deleteQualifierRow(
  tx: Tx,
  announce: Announce,
  table: QualifierTable,
  key: QualifiedKey,
): Promise<boolean> {
  const deleted = await tx
    .deleteFrom(table)
    .where('account_id', '=', key.accountId)
    .where('region', '=', key.region)
    .where('function_name', '=', key.name)
    .where('qualifier', '=', key.qualifier)
    .executeTakeFirst();
  if (deleted.numDeletedRows !== 1n) return false;
  announce({ kind: KINDS[table], key: qualifiedArn(key) });
  return true;
}

/** Removes what is configured for a version or alias; for all of them and `$LATEST` without a qualifier. */
export async function deleteQualifierRows(
  tx: Tx,
  announce: Announce,
  key: FunctionKey,
  qualifier: string | undefined,
): Promise<void> {
  const arn = functionArn(key.accountId, key.region, key.name);
  for (const table of TABLES) {
    const ofFunction = tx
      .deleteFrom(table)
      .where('account_id', '=', key.accountId)
      .where('region', '=', key.region)
      .where('function_name', '=', key.name);
    const rows = await (qualifier === undefined ? ofFunction : ofFunction.where('qualifier', '=', qualifier))
      .returning('qualifier')
      .execute();
    for (const row of rows) announce({ kind: KINDS[table], key: `${arn}:${row.qualifier}` });
  }
}

/** @param arn its policy, and with `with qualifiers` also those of every version and alias of the function */
export async function deletePolicies(
  tx: Tx,
  announce: Announce,
  arn: string,
  reach: 'exactly' | 'with qualifiers',
): Promise<void> {
  const rows = await tx
    .deleteFrom('lambda_resource_policies')
    .where((where) =>
      reach === 'exactly'
        ? where('resource_arn', '=', arn)
        : where.or([
            where('resource_arn', '=', arn),
            // Everything that begins with `<arn>:`; the semicolon is the next character.
            where.and([where('resource_arn', '>', `${arn}:`), where('resource_arn', '<', `${arn};`)]),
          ]),
    )
    .returning('resource_arn')
    .execute();
  for (const row of rows) announce({ kind: 'resource-policy', key: row.resource_arn });
}
