import type { Kysely } from 'kysely';
import type { Database } from '../schema.ts';
import { textType } from './column-types.ts';

/** Where changes of tables go beside their own streams, and what has still to get there. */
export async function up(db: Kysely<Database>): Promise<void> {
  const text = textType(db);
  await db.schema
    .createTable('dynamodb_destinations')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('account_id', text, (column) => column.notNull())
    .addColumn('region', text, (column) => column.notNull())
    .addColumn('table_name', text, (column) => column.notNull())
    .addColumn('table_id', text, (column) => column.notNull())
    .addColumn('stream_arn', text, (column) => column.notNull())
    .addColumn('status', text, (column) => column.notNull())
    .addColumn('description', 'text')
    .addColumn('precision', text)
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('last_sequence', 'bigint', (column) => column.notNull())
    .addColumn('held_by', text)
    .addColumn('held_until_ms', 'bigint')
    .addUniqueConstraint('dynamodb_destinations_stream', ['table_id', 'stream_arn'])
    .execute();
  await db.schema
    .createTable('dynamodb_outgoing_records')
    .addColumn('destination_id', text, (column) => column.notNull())
    .addColumn('sequence', 'bigint', (column) => column.notNull())
    .addColumn('partition_key', text, (column) => column.notNull())
    .addColumn('bytes', 'integer', (column) => column.notNull())
    .addColumn('record', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('dynamodb_outgoing_records_key', ['destination_id', 'sequence'])
    .execute();
}
