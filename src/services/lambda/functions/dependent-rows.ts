import { functionArn } from '../../../model/stored-function.ts';
import type { Announce, FunctionKey, Tx } from './function-rows.ts';

/** Tables with one row per qualifier, and the kind of change their readers follow. */
const PER_QUALIFIER = [
  ['lambda_provisioned_concurrency', 'provisioned-concurrency'],
  ['lambda_event_invoke_configs', 'event-invoke-config'],
] as const;

/** Removes what is configured for a version or alias; for all of them and `$LATEST` without a qualifier. */
export async function deleteQualifierRows(
  tx: Tx,
  announce: Announce,
  key: FunctionKey,
  qualifier: string | undefined,
): Promise<void> {
  const arn = functionArn(key.accountId, key.region, key.name);
  for (const [table, kind] of PER_QUALIFIER) {
    const ofFunction = tx
      .deleteFrom(table)
      .where('account_id', '=', key.accountId)
      .where('region', '=', key.region)
      .where('function_name', '=', key.name);
    const rows = await (qualifier === undefined ? ofFunction : ofFunction.where('qualifier', '=', qualifier))
      .returning('qualifier')
      .execute();
    for (const row of rows) announce({ kind, key: `${arn}:${row.qualifier}` });
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
