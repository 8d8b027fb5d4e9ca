import type { Kysely } from 'kysely';
import type { Database } from '../../../store/schema.ts';
import { inParts } from '../in-parts.ts';
import type { Tx } from '../tables/table-rows.ts';
import type { OutgoingRecord } from './outgoing-record.ts';

export interface SequencedOutgoing extends OutgoingRecord {
  readonly sequence: number;
}

/**
 * The number of the newest record of each destination that takes records, by its id; one that was switched off a moment ago, on
 * another platform, is left out. Other writers of the destinations wait.
 */
export async function lastOutgoing(
  tx: Tx,
  ids: readonly string[],
  engine: 'sqlite' | 'postgres',
): Promise<ReadonlyMap<string, number>> {
  if (ids.length === 0) return new Map();
  const rows = await tx
    .selectFrom('dynamodb_destinations')
    .select(['id', 'last_sequence'])
    .where('id', 'in', ids)
    .where('status', '=', 'ACTIVE')
    // Whoever locks several does so in one order.
    .orderBy('id')
    .$if(engine === 'postgres', (query) => query.forUpdate())
    .execute();
  return new Map(rows.map(({ id, last_sequence }) => [id, last_sequence]));
}

/** To be delivered in this order. */
export async function appendOutgoing(
  tx: Tx,
  id: string,
  lastSequence: number,
  records: readonly OutgoingRecord[],
): Promise<void> {
  const rows = records.map(({ partitionKey, text }, index) => ({
    destination_id: id,
    sequence: lastSequence + index + 1,
    partition_key: partitionKey,
    bytes: Buffer.byteLength(text),
    record: text,
  }));
  await Promise.all([
    tx
      .updateTable('dynamodb_destinations')
      .set({ last_sequence: lastSequence + records.length })
      .where('id', '=', id)
      .execute(),
    ...inParts(rows).map(async (some) => {
      await tx.insertInto('dynamodb_outgoing_records').values(some).execute();
    }),
  ]);
}

/** The first of what is to be delivered. One at least, whatever its size. */
export async function readOutgoing(
  db: Kysely<Database>,
  id: string,
  { mostRecords, mostBytes }: { readonly mostRecords: number; readonly mostBytes: number },
): Promise<SequencedOutgoing[]> {
  const sizes = await db
    .selectFrom('dynamodb_outgoing_records')
    .select(['sequence', 'bytes'])
    .where('destination_id', '=', id)
    .orderBy('sequence')
    .limit(mostRecords)
    .execute();
  let total = 0;
  let last: number | undefined;
  for (const { sequence, bytes } of sizes) {
    total += bytes;
    if (last !== undefined && total > mostBytes) break;
    last = sequence;
  }
  if (last === undefined) return [];
  const rows = await db
    .selectFrom('dynamodb_outgoing_records')
    .select(['sequence', 'partition_key', 'record'])
    .where('destination_id', '=', id)
    .where('sequence', '<=', last)
    .orderBy('sequence')
    .execute();
  return rows.map((row) => ({ sequence: row.sequence, partitionKey: row.partition_key, text: row.record }));
}

export async function removeOutgoing(tx: Tx, id: string, sequences: readonly number[]): Promise<void> {
  for (const some of inParts(sequences)) {
    await tx
      .deleteFrom('dynamodb_outgoing_records')
      .where('destination_id', '=', id)
      .where('sequence', 'in', some)
      .execute();
  }
}
