import type { Kysely, Selectable } from 'kysely';
import type { DynamodbDestinationTable } from '../../../store/dynamodb-schema.ts';
import type { Database } from '../../../store/schema.ts';
import type { Precision, Table } from '../tables/table-definition.ts';
import type { Tx } from '../tables/table-rows.ts';
import type { DestinationStatus, StreamingDestination } from './streaming-destination.ts';

/** In place of an earlier one of the same table and stream. */
export async function insertDestination(tx: Tx, destination: StreamingDestination): Promise<void> {
  const { id, table, tableId, streamArn } = destination;
  await tx
    .deleteFrom('dynamodb_destinations')
    .where('table_id', '=', tableId)
    .where('stream_arn', '=', streamArn)
    .execute();
  await tx
    .insertInto('dynamodb_destinations')
    .values({
      id,
      account_id: table.accountId,
      region: table.region,
      table_name: table.name,
      table_id: tableId,
      stream_arn: streamArn,
      status: destination.status,
      description: destination.description ?? null,
      precision: destination.precision ?? null,
      created_at_ms: destination.createdAtMs,
      last_sequence: 0,
      held_by: null,
      held_until_ms: null,
    })
    .execute();
}

/** Of a table, the newest first. */
export async function destinationsOf(
  db: Kysely<Database>,
  { id }: Pick<Table, 'id'>,
): Promise<StreamingDestination[]> {
  const rows = await db
    .selectFrom('dynamodb_destinations')
    .selectAll()
    .where('table_id', '=', id)
    .orderBy('created_at_ms', 'desc')
    .orderBy('id')
    .execute();
  return rows.map(destinationOf);
}

export async function findDestination(
  db: Kysely<Database>,
  id: string,
): Promise<StreamingDestination | undefined> {
  const row = await db
    .selectFrom('dynamodb_destinations')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  return row && destinationOf(row);
}

/** Of all tables, also of those that are gone while something is still to be delivered. */
export async function liveDestinations(db: Kysely<Database>): Promise<string[]> {
  const rows = await db
    .selectFrom('dynamodb_destinations')
    .select('id')
    .where('status', 'in', ['ACTIVE', 'DISABLING'])
    .execute();
  return rows.map(({ id }) => id);
}

/** It takes no more records. */
export async function endIntake(tx: Tx, id: string): Promise<void> {
  await tx
    .updateTable('dynamodb_destinations')
    .set({ status: 'DISABLING' satisfies DestinationStatus })
    .where('id', '=', id)
    .execute();
}

export async function setPrecision(tx: Tx, id: string, precision: Precision): Promise<void> {
  await tx.updateTable('dynamodb_destinations').set({ precision }).where('id', '=', id).execute();
}

/** Nothing more is delivered; a table that is gone keeps no trace of it. */
export async function endDestination(tx: Tx, { id, tableId }: StreamingDestination): Promise<void> {
  await tx.deleteFrom('dynamodb_outgoing_records').where('destination_id', '=', id).execute();
  const table = await tx
    .selectFrom('dynamodb_tables')
    .select('id')
    .where('id', '=', tableId)
    .executeTakeFirst();
  if (table === undefined) {
    await tx.deleteFrom('dynamodb_destinations').where('id', '=', id).execute();
    return;
  }
  await tx
    .updateTable('dynamodb_destinations')
    .set({ status: 'DISABLED' satisfies DestinationStatus, held_by: null, held_until_ms: null })
    .where('id', '=', id)
    .execute();
}

/** The table is being removed: what is still to be delivered goes on to be, the rest is forgotten. */
export async function leaveDestinations(tx: Tx, { id, definition }: Table): Promise<void> {
  const live = definition.destination?.id;
  if (live !== undefined) await endIntake(tx, live);
  await tx
    .deleteFrom('dynamodb_destinations')
    .where('table_id', '=', id)
    .where('status', 'in', ['DISABLED', 'ENABLE_FAILED'])
    .execute();
}

function destinationOf(row: Selectable<DynamodbDestinationTable>): StreamingDestination {
  return {
    id: row.id,
    table: { accountId: row.account_id, region: row.region, name: row.table_name },
    tableId: row.table_id,
    streamArn: row.stream_arn,
    status: row.status as DestinationStatus,
    description: row.description ?? undefined,
    precision: (row.precision ?? undefined) as Precision | undefined,
    createdAtMs: row.created_at_ms,
  };
}
