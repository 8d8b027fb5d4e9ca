import type { Kysely } from 'kysely';
import type { Database } from '../schema.ts';
import { textType } from './column-types.ts';

/** Users, groups, roles and policies; the lock of an account's; keys of the platform's own. */
export async function up(db: Kysely<Database>): Promise<void> {
  const text = textType(db);
  await db.schema
    .createTable('iam_entities')
    .addColumn('account_id', text, (column) => column.notNull())
    .addColumn('kind', text, (column) => column.notNull())
    .addColumn('name_key', text, (column) => column.notNull())
    .addColumn('configuration', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('iam_entities_key', ['account_id', 'kind', 'name_key'])
    .execute();
  await db.schema
    .createTable('iam_locks')
    .addColumn('account_id', text, (column) => column.primaryKey())
    .execute();
  await db.schema
    .createTable('platform_keys')
    .addColumn('name', text, (column) => column.primaryKey())
    .addColumn('value', 'text', (column) => column.notNull())
    .execute();
}
