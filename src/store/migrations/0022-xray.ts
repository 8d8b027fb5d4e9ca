import type { Kysely } from 'kysely';
import type { Database } from '../schema.ts';
import { textType } from './column-types.ts';

/** What X-Ray was sent, and by which rules clients of its SDKs sample. */
export async function up(db: Kysely<Database>): Promise<void> {
  const text = textType(db);
  await db.schema
    .createTable('xray_segments')
    .addColumn('account_id', text, (column) => column.notNull())
    .addColumn('region', text, (column) => column.notNull())
    .addColumn('trace_id', text, (column) => column.notNull())
    .addColumn('id', text, (column) => column.notNull())
    .addColumn('is_lambdas', 'integer', (column) => column.notNull())
    .addColumn('trace_start_ms', 'bigint', (column) => column.notNull())
    .addColumn('received_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('ended_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('bytes', 'integer', (column) => column.notNull())
    .addColumn('document', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('xray_segments_key', ['account_id', 'region', 'trace_id', 'id'])
    .execute();
  await db.schema
    .createIndex('xray_segments_by_start')
    .on('xray_segments')
    .columns(['account_id', 'region', 'trace_start_ms', 'trace_id'])
    .execute();
  await db.schema
    .createIndex('xray_segments_by_receipt')
    .on('xray_segments')
    .column('received_at_ms')
    .execute();
  await db.schema
    .createTable('xray_sampling_rules')
    .addColumn('account_id', text, (column) => column.notNull())
    .addColumn('region', text, (column) => column.notNull())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('modified_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('rule', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('xray_sampling_rules_key', ['account_id', 'region', 'name'])
    .execute();
}
