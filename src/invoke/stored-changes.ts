import { functionSettingsOf } from '../model/function-settings.ts';
import { provisionedConcurrencyOf } from '../model/provisioned-concurrency.ts';
import { aliasArn, type StoredAlias } from '../model/stored-alias.ts';
import { functionArn, functionRecordOf, functionVersionArn } from '../model/stored-function.ts';
import type { Change } from '../store/change-feed.ts';
import type { Store } from '../store/store.ts';

/** Functions, versions, aliases and settings that are stored, as the changes that would make them. */
export async function storedFunctions({ db }: Store): Promise<Change[]> {
  const functions = await db.selectFrom('lambda_functions').selectAll().execute();
  const settings = await db.selectFrom('lambda_function_settings').selectAll().execute();
  const aliases = await db.selectFrom('lambda_aliases').select('configuration').execute();
  return [
    ...functions.map((row) => {
      const value = functionRecordOf(row);
      return { kind: 'function', key: functionVersionArn(value.current), value };
    }),
    ...settings.map((row) => ({
      kind: 'function-settings',
      key: functionArn(row.account_id, row.region, row.name),
      value: functionSettingsOf(row),
    })),
    ...aliases.map((row) => {
      const value = JSON.parse(row.configuration) as StoredAlias;
      return { kind: 'alias', key: aliasArn(value), value };
    }),
  ];
}

/** The same of resource policies. */
export async function storedPolicies({ db }: Store): Promise<Change[]> {
  const rows = await db.selectFrom('lambda_resource_policies').selectAll().execute();
  return rows.map((row) => ({
    kind: 'resource-policy',
    key: row.resource_arn,
    value: JSON.parse(row.policy) as unknown,
  }));
}

/** The same of provisioned concurrency. */
export async function storedProvisions({ db }: Store): Promise<Change[]> {
  const rows = await db.selectFrom('lambda_provisioned_concurrency').selectAll().execute();
  return rows.map((row) => ({
    kind: 'provisioned-concurrency',
    key: `${functionArn(row.account_id, row.region, row.function_name)}:${row.qualifier}`,
    value: provisionedConcurrencyOf(row),
  }));
}
