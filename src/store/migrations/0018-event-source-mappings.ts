import type { Kysely } from 'kysely';
import type { Database } from '../schema.ts';
import { textType } from './column-types.ts';

/** Event source mappings, and how far they are with their shards. */
export async function up(db: Kysely<Database>): Promise<void> {
  const text = textType(db);
  await db.schema
    .createTable('lambda_event_source_mappings')
    .addColumn('account_id', text, (column) => column.notNull())
    .addColumn('region', text, (column) => column.notNull())
    .addColumn('uuid', text, (column) => column.notNull())
    .addColumn('function_path', text, (column) => column.notNull())
    .addColumn('event_source_arn', text)
    .addColumn('state', text, (column) => column.notNull())
    .addColumn('configuration', 'text', (column) => column.notNull())
    .addColumn('revision', 'integer', (column) => column.notNull())
    .addColumn('last_result', 'text')
    .addColumn('polled_by', text)
    .addColumn('polled_until_ms', 'bigint')
    .addPrimaryKeyConstraint('lambda_event_source_mappings_key', ['account_id', 'region', 'uuid'])
    .execute();
  await db.schema
    .createTable('lambda_mapping_checkpoints')
    .addColumn('account_id', text, (column) => column.notNull())
    .addColumn('region', text, (column) => column.notNull())
    .addColumn('uuid', text, (column) => column.notNull())
    .addColumn('shard_id', text, (column) => column.notNull())
    .addColumn('checkpoint', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('lambda_mapping_checkpoints_key', ['account_id', 'region', 'uuid', 'shard_id'])
    .execute();
}
