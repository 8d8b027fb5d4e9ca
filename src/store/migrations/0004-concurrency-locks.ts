import type { Kysely } from 'kysely';
import type { Database } from '../schema.ts';
import { textType } from './column-types.ts';

/** A row for each account and Region, whose lock stands for all claims to its concurrency. */
export async function up(db: Kysely<Database>): Promise<void> {
  const text = textType(db);
  await db.schema
    .createTable('lambda_concurrency_locks')
    .addColumn('account_id', text, (column) => column.notNull())
    .addColumn('region', text, (column) => column.notNull())
    .addPrimaryKeyConstraint('lambda_concurrency_locks_key', ['account_id', 'region'])
    .execute();
}
