import { type Kysely, PostgresAdapter, sql } from 'kysely';
import type { Database } from '../schema.ts';
import { textType } from './column-types.ts';

/** What services have accepted and are still to hand to its targets. */
export async function up(db: Kysely<Database>): Promise<void> {
  const text = textType(db);
  const table = db.schema.createTable('deliveries');
  const numbered =
    db.getExecutor().adapter instanceof PostgresAdapter
      ? table.addColumn('sequence', sql`bigint generated always as identity`, (column) => column.primaryKey())
      : table.addColumn('sequence', 'integer', (column) => column.primaryKey().autoIncrement());
  await numbered
    .addColumn('id', text, (column) => column.notNull().unique())
    .addColumn('sender', text, (column) => column.notNull())
    .addColumn('lane', text, (column) => column.notNull())
    .addColumn('is_ordered', 'integer', (column) => column.notNull())
    .addColumn('content', 'text', (column) => column.notNull())
    .addColumn('accepted_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('due_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('claimed_by', text)
    .execute();
  await db.schema.createIndex('deliveries_due').on('deliveries').columns(['due_at_ms', 'sequence']).execute();
  await db.schema.createIndex('deliveries_lane').on('deliveries').columns(['lane', 'sequence']).execute();
}
