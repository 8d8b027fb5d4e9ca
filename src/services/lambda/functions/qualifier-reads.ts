import type { Kysely } from 'kysely';
import type { Database } from '../../../store/schema.ts';
import { type Announce, type FunctionKey, LostRace, type Tx } from './function-rows.ts';
import { KINDS, type QualifiedKey, type QualifierTable, qualifiedArn } from './qualifier-rows.ts';

export interface FoundDocument<T> {
  readonly qualifier: string;
  readonly value: T;
}

/** @typeParam T what the table's documents are */
export async function findQualifierRow<T>(
  db: Kysely<Database>,
  table: QualifierTable,
  key: QualifiedKey,
): Promise<T | undefined> {
  const row = await db
    .selectFrom(table)
    .select('configuration')
    .where('account_id', '=', key.accountId)
    .where('region', '=', key.region)
    .where('function_name', '=', key.name)
    .where('qualifier', '=', key.qualifier)
    .executeTakeFirst();
  return row === undefined ? undefined : (JSON.parse(row.configuration) as T);
}

/** All of a function whose qualifier comes after the given one, in order. */
export async function findQualifierRows<T>(
  db: Kysely<Database>,
  table: QualifierTable,
  key: FunctionKey,
  afterQualifier: string,
  limit: number,
): Promise<FoundDocument<T>[]> {
  const rows = await db
    .selectFrom(table)
    .select(['qualifier', 'configuration'])
    .where('account_id', '=', key.accountId)
    .where('region', '=', key.region)
    .where('function_name', '=', key.name)
    .where('qualifier', '>', afterQualifier)
    .orderBy('qualifier')
    .limit(limit)
    .execute();
  return rows.map(({ qualifier, configuration }) => ({ qualifier, value: JSON.parse(configuration) as T }));
}

/** Throws LostRace unless the document is as it was read. */
export async function replaceQualifierRow<T extends object>(
  tx: Tx,
  announce: Announce,
  table: QualifierTable,
  key: QualifiedKey,
  before: T,
  after: T,
): Promise<void> {
  const updated = await tx
    .updateTable(table)
    .set({ configuration: JSON.stringify(after) })
    .where('account_id', '=', key.accountId)
    .where('region', '=', key.region)
    .where('function_name', '=', key.name)
    .where('qualifier', '=', key.qualifier)
    .where('configuration', '=', JSON.stringify(before))
    .executeTakeFirst();
  if (updated.numUpdatedRows !== 1n) throw new LostRace('The configuration was changed at the same moment.');
  announce({ kind: KINDS[table], key: qualifiedArn(key), value: after });
}
