import type { Kysely, Selectable } from 'kysely';
import type { DynamodbStreamTable } from '../../../store/dynamodb-schema.ts';
import type { Database } from '../../../store/schema.ts';
import type { TableName } from '../tables/table-name.ts';
import type { Tx } from '../tables/table-rows.ts';
import type { StoredRecord } from './stream-record.ts';
import { RETENTION_MS, type StreamDefinition, type TableStream } from './table-stream.ts';

export interface SequencedRecord {
  readonly sequence: number;
  readonly record: StoredRecord;
}

/** What still holds of a stream's history. */
interface Since {
  readonly afterSequence: number;
  readonly nowMs: number;
}

export async function insertStream(tx: Tx, stream: TableStream): Promise<void> {
  const { viewType, key, createdAtMs } = stream;
  await tx
    .insertInto('dynamodb_streams')
    .values({
      id: stream.id,
      account_id: stream.table.accountId,
      region: stream.table.region,
      table_name: stream.table.name,
      label: stream.label,
      definition: JSON.stringify({ viewType, key, createdAtMs } satisfies StreamDefinition),
      last_sequence: 0,
      disabled_at_ms: null,
    })
    .execute();
}

/** It takes no more records; those it has can be read for a day. */
export async function disableStream(tx: Tx, id: string, nowMs: number): Promise<void> {
  await tx.updateTable('dynamodb_streams').set({ disabled_at_ms: nowMs }).where('id', '=', id).execute();
}

export async function findStream(
  db: Kysely<Database>,
  { accountId, region, name }: TableName,
  label: string,
): Promise<TableStream | undefined> {
  const row = await db
    .selectFrom('dynamodb_streams')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('region', '=', region)
    .where('table_name', '=', name)
    .where('label', '=', label)
    .executeTakeFirst();
  return row && streamOf(row);
}

/** In the order of their tables and labels. */
export async function listStreams(
  db: Kysely<Database>,
  { accountId, region }: Pick<TableName, 'accountId' | 'region'>,
  tableName?: string,
): Promise<TableStream[]> {
  const rows = await db
    .selectFrom('dynamodb_streams')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('region', '=', region)
    .$if(tableName !== undefined, (query) => query.where('table_name', '=', tableName ?? ''))
    .orderBy('table_name')
    .orderBy('label')
    .execute();
  return rows.map(streamOf);
}

/** Numbers the records without a gap, in this order; other writers of the stream wait. */
export async function appendRecords(tx: Tx, id: string, records: readonly StoredRecord[]): Promise<void> {
  const row = await tx
    .updateTable('dynamodb_streams')
    .set(({ eb }) => ({ last_sequence: eb('last_sequence', '+', records.length) }))
    .where('id', '=', id)
    .where('disabled_at_ms', 'is', null)
    .returning('last_sequence')
    .executeTakeFirst();
  // It was switched off a moment ago, on another platform.
  if (row === undefined) return;
  const before = row.last_sequence - records.length;
  const rows = records.map((record, index) => ({
    stream_id: id,
    sequence: before + index + 1,
    created_at_ms: record.createdAtMs,
    record: JSON.stringify(record),
  }));
  await tx.insertInto('dynamodb_stream_records').values(rows).execute();
}

/** In order; those past their day are left out. */
export async function readRecords(
  db: Kysely<Database>,
  id: string,
  { afterSequence, nowMs }: Since,
  most: number,
): Promise<SequencedRecord[]> {
  const rows = await db
    .selectFrom('dynamodb_stream_records')
    .select(['sequence', 'record'])
    .where('stream_id', '=', id)
    .where('sequence', '>', afterSequence)
    .where('created_at_ms', '>', nowMs - RETENTION_MS)
    .orderBy('sequence')
    .limit(most)
    .execute();
  return rows.map(({ sequence, record }) => ({ sequence, record: JSON.parse(record) as StoredRecord }));
}

/** Records past their day, and streams that were switched off a day ago. */
export async function removeOld(tx: Tx, nowMs: number): Promise<void> {
  const beforeMs = nowMs - RETENTION_MS;
  await tx.deleteFrom('dynamodb_stream_records').where('created_at_ms', '<=', beforeMs).execute();
  await tx.deleteFrom('dynamodb_streams').where('disabled_at_ms', '<=', beforeMs).execute();
}

function streamOf(row: Selectable<DynamodbStreamTable>): TableStream {
  const definition = JSON.parse(row.definition) as StreamDefinition;
  return {
    ...definition,
    id: row.id,
    table: { accountId: row.account_id, region: row.region, name: row.table_name },
    label: row.label,
    lastSequence: row.last_sequence,
    disabledAtMs: row.disabled_at_ms ?? undefined,
  };
}
