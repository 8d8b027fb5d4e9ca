import type { Kysely } from 'kysely';
import type { Database } from '../schema.ts';
import { textType } from './column-types.ts';

/** Scalable targets with their policies and scheduled actions, and what was done for them. */
export async function up(db: Kysely<Database>): Promise<void> {
  const text = textType(db);
  await db.schema
    .createTable('autoscaling_definitions')
    .addColumn('account_id', text, (column) => column.notNull())
    .addColumn('region', text, (column) => column.notNull())
    .addColumn('resource_id', text, (column) => column.notNull())
    .addColumn('kind', text, (column) => column.notNull())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('configuration', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('autoscaling_definitions_key', [
      'account_id',
      'region',
      'resource_id',
      'kind',
      'name',
    ])
    .execute();
  await db.schema
    .createTable('autoscaling_activities')
    .addColumn('account_id', text, (column) => column.notNull())
    .addColumn('region', text, (column) => column.notNull())
    .addColumn('id', text, (column) => column.notNull())
    .addColumn('resource_id', text, (column) => column.notNull())
    .addColumn('started_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('ended_at_ms', 'bigint')
    .addColumn('details', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('autoscaling_activities_key', ['account_id', 'region', 'id'])
    .execute();
}
