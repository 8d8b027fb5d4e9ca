import type { Kysely } from 'kysely';
import type { Database } from '../schema.ts';
import { textType } from './column-types.ts';

/** Schedules and their groups. */
export async function up(db: Kysely<Database>): Promise<void> {
  const text = textType(db);
  await db.schema
    .createTable('scheduler_groups')
    .addColumn('account_id', text, (column) => column.notNull())
    .addColumn('region', text, (column) => column.notNull())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('definition', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('scheduler_groups_key', ['account_id', 'region', 'name'])
    .execute();
  await db.schema
    .createTable('scheduler_schedules')
    .addColumn('account_id', text, (column) => column.notNull())
    .addColumn('region', text, (column) => column.notNull())
    .addColumn('group_name', text, (column) => column.notNull())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('definition', 'text', (column) => column.notNull())
    .addColumn('next_at_ms', 'bigint')
    .addPrimaryKeyConstraint('scheduler_schedules_key', ['account_id', 'region', 'group_name', 'name'])
    .execute();
  await db.schema
    .createIndex('scheduler_schedules_due')
    .on('scheduler_schedules')
    .columns(['next_at_ms'])
    .execute();
}
