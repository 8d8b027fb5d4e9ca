import type { Kysely } from 'kysely';
import {
  mappingArn,
  type MappingKey,
  mappingOf,
  type StoredMapping,
} from '../../../model/stored-event-source-mapping.ts';
import type { Database } from '../../../store/schema.ts';
import type { Store } from '../../../store/store.ts';
import type { Announce, Tx } from '../functions/function-rows.ts';
import { checkDuplicate } from './duplicate-mapping.ts';
import { mappingNotFound } from './mapping-not-found.ts';

/** Narrows a list. */
export interface MappingSelection {
  readonly accountId: string;
  readonly region: string;
  /** `<account>/<region>/<name>` */
  readonly functionPath?: string | undefined;
  /** With its qualifier. */
  readonly functionArn?: string | undefined;
  readonly eventSourceArn?: string | undefined;
}

/** @param held set in a write that needs the mapping to stay as it is until it ends */
export async function findMapping(
  db: Kysely<Database>,
  key: MappingKey,
  held?: Store,
): Promise<StoredMapping | undefined> {
  const row = await findRow(db, key, held);
  return row && mappingOf(row);
}

/** Throws 404 when there is none. */
export async function requireMapping(db: Kysely<Database>, key: MappingKey): Promise<StoredMapping> {
  const mapping = await findMapping(db, key);
  if (mapping === undefined) throw mappingNotFound();
  return mapping;
}

/** In the order of their UUIDs, those after one. */
export async function listMappings(
  db: Kysely<Database>,
  selection: MappingSelection,
  after: string,
  limit: number,
): Promise<StoredMapping[]> {
  const { accountId, region, functionPath, eventSourceArn } = selection;
  const rows = await db
    .selectFrom('lambda_event_source_mappings')
    .select(['configuration', 'last_result'])
    .where('account_id', '=', accountId)
    .where('region', '=', region)
    .where('uuid', '>', after)
    .$if(functionPath !== undefined, (query) => query.where('function_path', '=', functionPath ?? ''))
    .$if(eventSourceArn !== undefined, (query) => query.where('event_source_arn', '=', eventSourceArn ?? ''))
    .orderBy('uuid')
    .limit(limit)
    .execute();
  const wanted = selection.functionArn;
  const mappings = rows.map(mappingOf);
  return wanted === undefined ? mappings : mappings.filter((mapping) => mapping.functionArn === wanted);
}

/** Throws 409 when the function has the source already. */
export async function insertMapping(tx: Tx, announce: Announce, mapping: StoredMapping): Promise<void> {
  await checkOthers(tx, mapping);
  const { account_id, region, uuid, ...rest } = rowOf(mapping);
  await tx
    .insertInto('lambda_event_source_mappings')
    .values({
      account_id,
      region,
      uuid,
      ...rest,
      revision: 0,
      last_result: mapping.lastProcessingResult ?? null,
      polled_by: null,
      polled_until_ms: null,
    })
    .execute();
  announce({ kind: 'event-source-mapping', key: mappingArn(mapping), value: mapping });
}

/**
 * Reads, decides and writes in one transaction. Throws 404, 409 for a source the function has already, and what
 * `decide` throws.
 */
export async function changeMapping(
  store: Store,
  key: MappingKey,
  decide: (before: StoredMapping) => StoredMapping,
): Promise<StoredMapping> {
  return await store.write(async (tx, announce) => {
    const row = await findRow(tx, key, store);
    if (row === undefined) throw mappingNotFound();
    const before = mappingOf(row);
    const after = decide(before);
    if (after.functionArn !== before.functionArn) await checkOthers(tx, after);
    await tx
      .updateTable('lambda_event_source_mappings')
      .set({ ...rowOf(after), revision: row.revision + 1 })
      .where('account_id', '=', key.accountId)
      .where('region', '=', key.region)
      .where('uuid', '=', key.uuid)
      .execute();
    announce({ kind: 'event-source-mapping', key: mappingArn(after), value: after });
    return after;
  });
}

async function findRow(db: Kysely<Database>, { accountId, region, uuid }: MappingKey, held?: Store) {
  return await db
    .selectFrom('lambda_event_source_mappings')
    .select(['configuration', 'last_result', 'revision'])
    .where('account_id', '=', accountId)
    .where('region', '=', region)
    .where('uuid', '=', uuid)
    .$if(held?.engine === 'postgres', (query) => query.forUpdate())
    .executeTakeFirst();
}

async function checkOthers(tx: Tx, mapping: StoredMapping): Promise<void> {
  const { accountId, region, uuid } = mapping;
  const { function_path: functionPath } = rowOf(mapping);
  const others = await listMappings(tx, { accountId, region, functionPath }, '', Number.MAX_SAFE_INTEGER);
  checkDuplicate(
    mapping,
    others.filter((other) => other.uuid !== uuid),
  );
}

function rowOf(mapping: StoredMapping) {
  const { accountId, region, uuid, state, functionArn } = mapping;
  const [, , , functionRegion, functionAccount, , name] = functionArn.split(':');
  return {
    account_id: accountId,
    region,
    uuid,
    function_path: `${functionAccount}/${functionRegion}/${name}`,
    event_source_arn: mapping.settings.EventSourceArn ?? null,
    state,
    configuration: JSON.stringify(mapping),
  };
}
