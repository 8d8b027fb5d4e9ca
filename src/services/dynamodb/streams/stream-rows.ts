import type { Kysely, Selectable } from 'kysely';
import type { DynamodbStreamTable } from '../../../store/dynamodb-schema.ts';
import type { Database } from '../../../store/schema.ts';
import { inParts } from '../in-parts.ts';
import type { TableName } from '../tables/table-name.ts';
import type { Tx } from '../tables/table-rows.ts';
import { learnRows, rowsFor } from '../reads/row-lots.ts';
import type { NewRecord, StoredRecord } from './stream-record.ts';
import { RETENTION_MS, type StreamDefinition, type TableStream } from './table-stream.ts';

export interface SequencedRecord {
  readonly sequence: number;
  readonly record: StoredRecord;
}

export interface RecordPage {
  readonly records: readonly SequencedRecord[];
  /** Nothing follows yet. */
  readonly isLast: boolean;
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

/**
 * The number of the newest record of each stream that takes records, by its id; one that was switched off a moment ago, on
 * another platform, is left out. Other writers of the streams wait.
 */
export async function lastSequences(
  tx: Tx,
  ids: readonly string[],
  engine: 'sqlite' | 'postgres',
): Promise<ReadonlyMap<string, number>> {
  if (ids.length === 0) return new Map();
  const rows = await tx
    .selectFrom('dynamodb_streams')
    .select(['id', 'last_sequence'])
    .where('id', 'in', ids)
    .where('disabled_at_ms', 'is', null)
    // Whoever locks several does so in one order.
    .orderBy('id')
    .$if(engine === 'postgres', (query) => query.forUpdate())
    .execute();
  return new Map(rows.map(({ id, last_sequence }) => [id, last_sequence]));
}

/** Numbers the records without a gap, in this order. */
export async function appendRecords(
  tx: Tx,
  id: string,
  lastSequence: number,
  records: readonly NewRecord[],
): Promise<void> {
  const rows = records.map(({ createdAtMs, text }, index) => ({
    stream_id: id,
    sequence: lastSequence + index + 1,
    created_at_ms: createdAtMs,
    record: text,
  }));
  await Promise.all([
    tx
      .updateTable('dynamodb_streams')
      .set({ last_sequence: lastSequence + records.length })
      .where('id', '=', id)
      .execute(),
    ...inParts(rows).map(async (some) => {
      await tx.insertInto('dynamodb_stream_records').values(some).execute();
    }),
  ]);
}

/** In order, about so many bytes at most; those past their day are left out. */
export async function readRecords(
  db: Kysely<Database>,
  id: string,
  { afterSequence, nowMs }: Since,
  { mostRecords, mostBytes }: { readonly mostRecords: number; readonly mostBytes: number },
): Promise<RecordPage> {
  const records: SequencedRecord[] = [];
  let bytes = 0;
  let last = afterSequence;
  for (;;) {
    const most = Math.min(mostRecords - records.length, rowsFor(id, mostBytes - bytes));
    const rows = await db
      .selectFrom('dynamodb_stream_records')
      .select(['sequence', 'record'])
      .where('stream_id', '=', id)
      .where('sequence', '>', last)
      .where('created_at_ms', '>', nowMs - RETENTION_MS)
      .orderBy('sequence')
      .limit(most)
      .execute();
    const bytesOfLot = rows.reduce((total, { record }) => total + record.length, 0);
    learnRows(id, rows.length, bytesOfLot);
    for (const { sequence, record } of rows) {
      bytes += record.length;
      // One is read however large it is.
      if (bytes > mostBytes && records.length > 0) return { records, isLast: false };
      records.push({ sequence, record: JSON.parse(record) as StoredRecord });
      last = sequence;
    }
    if (rows.length < most) return { records, isLast: true };
    if (records.length >= mostRecords || bytes >= mostBytes) return { records, isLast: false };
  }
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
