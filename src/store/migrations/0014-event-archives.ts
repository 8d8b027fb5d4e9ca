import { type Kysely, PostgresAdapter, sql } from 'kysely';
import type { Database } from '../schema.ts';
import { textType } from './column-types.ts';

/** Archives of event buses, what they keep, and replays of it. */
export async function up(db: Kysely<Database>): Promise<void> {
  const text = textType(db);
  await db.schema
    .createTable('events_archives')
    .addColumn('account_id', text, (column) => column.notNull())
    .addColumn('region', text, (column) => column.notNull())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('definition', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('events_archives_key', ['account_id', 'region', 'name'])
    .execute();
  await db.schema
    .createTable('events_discarded_archives')
    .addColumn('archive_id', text, (column) => column.primaryKey())
    .addColumn('discarded_at_ms', 'bigint', (column) => column.notNull())
    .execute();
  await archivedEvents(db);
  await db.schema
    .createTable('events_replays')
    .addColumn('account_id', text, (column) => column.notNull())
    .addColumn('region', text, (column) => column.notNull())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('ended_at_ms', 'bigint')
    .addColumn('definition', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('events_replays_key', ['account_id', 'region', 'name'])
    .execute();
}

async function archivedEvents(db: Kysely<Database>): Promise<void> {
  const text = textType(db);
  const table = db.schema.createTable('events_archived');
  const numbered =
    db.getExecutor().adapter instanceof PostgresAdapter
      ? table.addColumn('sequence', sql`bigint generated always as identity`, (column) => column.primaryKey())
      : table.addColumn('sequence', 'integer', (column) => column.primaryKey().autoIncrement());
  await numbered
    .addColumn('account_id', text, (column) => column.notNull())
    .addColumn('region', text, (column) => column.notNull())
    .addColumn('archive_id', text, (column) => column.notNull())
    .addColumn('time_ms', 'bigint', (column) => column.notNull())
    .addColumn('archived_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('size', 'integer', (column) => column.notNull())
    .addColumn('event', 'text', (column) => column.notNull())
    .execute();
  const index = (name: string) => db.schema.createIndex(name).on('events_archived');
  await index('events_archived_time').columns(['archive_id', 'time_ms', 'sequence']).execute();
  await index('events_archived_age').columns(['archive_id', 'archived_at_ms', 'size']).execute();
}
