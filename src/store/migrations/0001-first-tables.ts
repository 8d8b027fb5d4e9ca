import { type Kysely, sql } from 'kysely';
import type { Database } from '../schema.ts';
import { textType } from './column-types.ts';

/** Functions, tags, log groups and streams, blobs. */
export async function up(db: Kysely<Database>): Promise<void> {
  const text = textType(db);
  await db.schema
    .createTable('lambda_functions')
    .addColumn('account_id', text, (column) => column.notNull())
    .addColumn('region', text, (column) => column.notNull())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('version', text, (column) => column.notNull())
    .addColumn('configuration', 'text', (column) => column.notNull())
    .addColumn('serving_configuration', 'text')
    .addColumn('revision_id', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('lambda_functions_key', ['account_id', 'region', 'name', 'version'])
    .execute();
  await db.schema
    .createTable('resource_tags')
    .addColumn('resource_arn', text, (column) => column.notNull())
    .addColumn('key', text, (column) => column.notNull())
    .addColumn('value', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('resource_tags_key', ['resource_arn', 'key'])
    .execute();
  await createLogTables(db);
  await createBlobTables(db);
}

async function createLogTables(db: Kysely<Database>): Promise<void> {
  const text = textType(db);
  await db.schema
    .createTable('log_groups')
    .addColumn('account_id', text, (column) => column.notNull())
    .addColumn('region', text, (column) => column.notNull())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('retention_days', 'integer')
    .addPrimaryKeyConstraint('log_groups_key', ['account_id', 'region', 'name'])
    .execute();
  await db.schema
    .createTable('log_streams')
    .addColumn('account_id', text, (column) => column.notNull())
    .addColumn('region', text, (column) => column.notNull())
    .addColumn('group_name', text, (column) => column.notNull())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('directory', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('log_streams_key', ['account_id', 'region', 'group_name', 'name'])
    .execute();
}

async function createBlobTables(db: Kysely<Database>): Promise<void> {
  const text = textType(db);
  await db.schema
    .createTable('blobs')
    .addColumn('sha256', text, (column) => column.primaryKey())
    .addColumn('size', 'bigint', (column) => column.notNull().check(sql`size >= 0`))
    .execute();
  await db.schema
    .createTable('blob_references')
    .addColumn('sha256', text, (column) => column.notNull().references('blobs.sha256'))
    .addColumn('owner', text, (column) => column.notNull())
    .addPrimaryKeyConstraint('blob_references_key', ['sha256', 'owner'])
    .execute();
}
