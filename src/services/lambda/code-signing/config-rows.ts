import type { Kysely } from 'kysely';
import { type Caller, foreignResource } from '../../../model/function-reference.ts';
import { ServiceError } from '../../../model/service-error.ts';
import {
  codeSigningConfigArn,
  type StoredCodeSigningConfig,
} from '../../../model/stored-code-signing-config.ts';
import type { Database } from '../../../store/schema.ts';
import type { Announce, Tx } from '../functions/function-rows.ts';

type ConfigKey = Pick<StoredCodeSigningConfig, 'accountId' | 'region' | 'id'>;

/** 404. AWS's answer carries no `Type` here. */
export function configNotFound(arn: string): Error {
  return new ServiceError(
    'ResourceNotFoundException',
    `The Lambda code signing configuration ${arn} can not be found.`,
    404,
  );
}

/** What an ARN names; undefined when that is in another Region. Throws 403 for another account's. */
function configKey(arn: string, caller: Caller): ConfigKey | undefined {
  const [, , , , accountId, , id = ''] = arn.split(':');
  if (accountId !== caller.accountId) throw foreignResource(arn, caller);
  const key = { accountId, region: caller.region, id };
  return codeSigningConfigArn(key) === arn ? key : undefined;
}

export async function findConfig(
  db: Kysely<Database>,
  arn: string,
  caller: Caller,
): Promise<StoredCodeSigningConfig | undefined> {
  const key = configKey(arn, caller);
  if (key === undefined) return undefined;
  const row = await db
    .selectFrom('lambda_code_signing_configs')
    .select('configuration')
    .where('account_id', '=', key.accountId)
    .where('region', '=', key.region)
    .where('id', '=', key.id)
    .executeTakeFirst();
  return row === undefined ? undefined : configOf(row);
}

/** Throws 404 when there is none. */
export async function requireConfig(
  db: Kysely<Database>,
  arn: string,
  caller: Caller,
): Promise<StoredCodeSigningConfig> {
  const config = await findConfig(db, arn, caller);
  if (config === undefined) throw configNotFound(arn);
  return config;
}

/** In the order of their ids. */
export async function listConfigs(
  db: Kysely<Database>,
  caller: Caller,
  after: string,
  limit: number,
): Promise<StoredCodeSigningConfig[]> {
  const rows = await db
    .selectFrom('lambda_code_signing_configs')
    .select('configuration')
    .where('account_id', '=', caller.accountId)
    .where('region', '=', caller.region)
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map(configOf);
}

export async function insertConfig(
  tx: Tx,
  announce: Announce,
  config: StoredCodeSigningConfig,
): Promise<void> {
  await tx
    .insertInto('lambda_code_signing_configs')
    .values({
      account_id: config.accountId,
      region: config.region,
      id: config.id,
      configuration: JSON.stringify(config),
    })
    .execute();
  announceConfig(announce, config);
}

/**
 * Reads the configuration and keeps everyone else from changing or deleting it until the write is over; undefined
 * when there is none.
 */
export async function lockConfig(
  tx: Tx,
  arn: string,
  caller: Caller,
): Promise<StoredCodeSigningConfig | undefined> {
  const key = configKey(arn, caller);
  if (key === undefined) return undefined;
  const row = await tx
    .updateTable('lambda_code_signing_configs')
    .set({ id: key.id })
    .where('account_id', '=', key.accountId)
    .where('region', '=', key.region)
    .where('id', '=', key.id)
    .returning('configuration')
    .executeTakeFirst();
  return row === undefined ? undefined : configOf(row);
}

/** Replaces a configuration that the write holds the lock of. */
export async function replaceConfig(
  tx: Tx,
  announce: Announce,
  config: StoredCodeSigningConfig,
): Promise<void> {
  await tx
    .updateTable('lambda_code_signing_configs')
    .set({ configuration: JSON.stringify(config) })
    .where('account_id', '=', config.accountId)
    .where('region', '=', config.region)
    .where('id', '=', config.id)
    .execute();
  announceConfig(announce, config);
}

export async function deleteConfigRow(
  tx: Tx,
  announce: Announce,
  config: StoredCodeSigningConfig,
): Promise<void> {
  await tx
    .deleteFrom('lambda_code_signing_configs')
    .where('account_id', '=', config.accountId)
    .where('region', '=', config.region)
    .where('id', '=', config.id)
    .execute();
  announce({ kind: 'code-signing-config', key: codeSigningConfigArn(config) });
}

/** Names of the functions that use a configuration, in order. */
export async function listUsers(
  db: Kysely<Database>,
  config: StoredCodeSigningConfig,
  after: string,
  limit: number,
): Promise<string[]> {
  const rows = await db
    .selectFrom('lambda_function_settings')
    .select('name')
    .where('account_id', '=', config.accountId)
    .where('region', '=', config.region)
    .where('code_signing_config_arn', '=', codeSigningConfigArn(config))
    .where('name', '>', after)
    .orderBy('name')
    .limit(limit)
    .execute();
  return rows.map((row) => row.name);
}

function announceConfig(announce: Announce, config: StoredCodeSigningConfig): void {
  announce({ kind: 'code-signing-config', key: codeSigningConfigArn(config), value: config });
}

function configOf(row: { readonly configuration: string }): StoredCodeSigningConfig {
  return JSON.parse(row.configuration) as StoredCodeSigningConfig;
}
