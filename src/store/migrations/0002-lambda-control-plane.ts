import { type CreateTableBuilder, type Kysely, sql } from 'kysely';
import type { Database } from '../schema.ts';
import { textType } from './column-types.ts';

/** Function settings, aliases, layers, resource policies, and what is configured per function or qualifier. */
export async function up(db: Kysely<Database>): Promise<void> {
  const text = textType(db);
  await owned(db, 'lambda_function_settings')
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('next_version', 'integer', (column) => column.notNull())
    .addColumn('reserved_concurrency', 'integer')
    .addColumn('recursive_loop', 'text')
    .addColumn('code_signing_config_arn', text)
    .addPrimaryKeyConstraint('lambda_function_settings_key', ['account_id', 'region', 'name'])
    .execute();
  await giveSettings(db);
  await owned(db, 'lambda_aliases')
    .addColumn('function_name', text, (column) => column.notNull())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('configuration', 'text', (column) => column.notNull())
    .addColumn('revision_id', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('lambda_aliases_key', ['account_id', 'region', 'function_name', 'name'])
    .execute();
  await createLayerTables(db);
  await db.schema
    .createTable('lambda_resource_policies')
    .addColumn('resource_arn', text, (column) => column.primaryKey())
    .addColumn('policy', 'text', (column) => column.notNull())
    .addColumn('revision_id', 'text', (column) => column.notNull())
    .execute();
  await perQualifier(db, 'lambda_provisioned_concurrency').execute();
  await perQualifier(db, 'lambda_event_invoke_configs').execute();
  await owned(db, 'lambda_code_signing_configs')
    .addColumn('id', text, (column) => column.notNull())
    .addColumn('configuration', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('lambda_code_signing_configs_key', ['account_id', 'region', 'id'])
    .execute();
}

/** Functions from before have published nothing yet. */
async function giveSettings(db: Kysely<Database>): Promise<void> {
  await db
    .insertInto('lambda_function_settings')
    .columns(['account_id', 'region', 'name', 'next_version'])
    .expression((from) =>
      from
        .selectFrom('lambda_functions')
        .select(['account_id', 'region', 'name', sql<number>`1`.as('next_version')])
        .where('version', '=', '$LATEST'),
    )
    .execute();
}

async function createLayerTables(db: Kysely<Database>): Promise<void> {
  const text = textType(db);
  await owned(db, 'lambda_layers')
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('last_version', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('lambda_layers_key', ['account_id', 'region', 'name'])
    .execute();
  await owned(db, 'lambda_layer_versions')
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('configuration', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('lambda_layer_versions_key', ['account_id', 'region', 'name', 'version'])
    .execute();
}

function owned<T extends string>(
  db: Kysely<Database>,
  table: T,
): CreateTableBuilder<T, 'account_id' | 'region'> {
  const text = textType(db);
  return db.schema
    .createTable(table)
    .addColumn('account_id', text, (column) => column.notNull())
    .addColumn('region', text, (column) => column.notNull());
}

/** One JSON document for a version or alias of a function. */
function perQualifier<T extends string>(db: Kysely<Database>, table: T): CreateTableBuilder<T, string> {
  const text = textType(db);
  return owned(db, table)
    .addColumn('function_name', text, (column) => column.notNull())
    .addColumn('qualifier', text, (column) => column.notNull())
    .addColumn('configuration', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint(`${table}_key`, ['account_id', 'region', 'function_name', 'qualifier']);
}
