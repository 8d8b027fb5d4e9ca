import type { Kysely } from 'kysely';
import type { Database } from '../schema.ts';
import { textType } from './column-types.ts';

/** Events that were accepted for asynchronous invocation and are not settled yet. */
export async function up(db: Kysely<Database>): Promise<void> {
  const text = textType(db);
  await db.schema
    .createTable('lambda_async_events')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('account_id', text, (column) => column.notNull())
    .addColumn('region', text, (column) => column.notNull())
    .addColumn('function_name', text, (column) => column.notNull())
    .addColumn('qualifier', text)
    .addColumn('request_id', 'text', (column) => column.notNull())
    .addColumn('trace_header', 'text', (column) => column.notNull())
    .addColumn('payload', 'text', (column) => column.notNull())
    .addColumn('accepted_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('due_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('setbacks', 'integer', (column) => column.notNull())
    .addColumn('claimed_by', text)
    .execute();
  // Each function's events are taken in order of due time; a function that lags behind holds up no other.
  await db.schema
    .createIndex('lambda_async_events_due')
    .on('lambda_async_events')
    .columns(['account_id', 'region', 'function_name', 'due_at_ms'])
    .execute();
}
