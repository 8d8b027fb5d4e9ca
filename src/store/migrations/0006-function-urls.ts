import type { Kysely } from 'kysely';
import type { Database } from '../schema.ts';
import { textType } from './column-types.ts';

/** URLs of functions and aliases. */
export async function up(db: Kysely<Database>): Promise<void> {
  const text = textType(db);
  await db.schema
    .createTable('lambda_function_urls')
    .addColumn('account_id', text, (column) => column.notNull())
    .addColumn('region', text, (column) => column.notNull())
    .addColumn('function_name', text, (column) => column.notNull())
    .addColumn('qualifier', text, (column) => column.notNull())
    .addColumn('configuration', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('lambda_function_urls_key', [
      'account_id',
      'region',
      'function_name',
      'qualifier',
    ])
    .execute();
}
