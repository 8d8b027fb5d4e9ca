import type { Kysely } from 'kysely';
import type { StoredEventInvokeConfig } from '../../../model/event-invoke-config.ts';
import type { FunctionReference } from '../../../model/function-reference.ts';
import type { Database } from '../../../store/schema.ts';
import { type Announce, askedArn, type FunctionKey, LostRace, type Tx } from '../functions/function-rows.ts';

/** A reference whose qualifier is filled in: without one a configuration is `$LATEST`'s. */
export type ConfiguredReference = FunctionReference & { readonly qualifier: string };

export function configured(reference: FunctionReference): ConfiguredReference {
  return { ...reference, qualifier: reference.qualifier ?? '$LATEST' };
}

export async function findConfig(
  db: Kysely<Database>,
  reference: ConfiguredReference,
): Promise<StoredEventInvokeConfig | undefined> {
  const row = await db
    .selectFrom('lambda_event_invoke_configs')
    .select('configuration')
    .where('account_id', '=', reference.accountId)
    .where('region', '=', reference.region)
    .where('function_name', '=', reference.name)
    .where('qualifier', '=', reference.qualifier)
    .executeTakeFirst();
  return row === undefined ? undefined : (JSON.parse(row.configuration) as StoredEventInvokeConfig);
}

/** All of a function whose qualifier comes after the given one, in order. */
export async function findConfigs(
  db: Kysely<Database>,
  key: FunctionKey,
  afterQualifier: string,
  limit: number,
): Promise<{ qualifier: string; config: StoredEventInvokeConfig }[]> {
  const rows = await db
    .selectFrom('lambda_event_invoke_configs')
    .select(['qualifier', 'configuration'])
    .where('account_id', '=', key.accountId)
    .where('region', '=', key.region)
    .where('function_name', '=', key.name)
    .where('qualifier', '>', afterQualifier)
    .orderBy('qualifier')
    .limit(limit)
    .execute();
  return rows.map(({ qualifier, configuration }) => ({
    qualifier,
    config: JSON.parse(configuration) as StoredEventInvokeConfig,
  }));
}

/** Throws LostRace unless the configuration is as it was read. */
export async function replaceConfig(
  tx: Tx,
  announce: Announce,
  reference: ConfiguredReference,
  before: StoredEventInvokeConfig,
  after: StoredEventInvokeConfig,
): Promise<void> {
  const updated = await tx
    .updateTable('lambda_event_invoke_configs')
    .set({ configuration: JSON.stringify(after) })
    .where('account_id', '=', reference.accountId)
    .where('region', '=', reference.region)
    .where('function_name', '=', reference.name)
    .where('qualifier', '=', reference.qualifier)
    .where('configuration', '=', JSON.stringify(before))
    .executeTakeFirst();
  if (updated.numUpdatedRows !== 1n) throw new LostRace('The configuration was changed at the same moment.');
  announce({ kind: 'event-invoke-config', key: askedArn(reference), value: after });
}
