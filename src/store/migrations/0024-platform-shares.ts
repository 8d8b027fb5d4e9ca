import { type Kysely, PostgresAdapter, sql } from 'kysely';
import type { Database } from '../schema.ts';
import { textType } from './column-types.ts';

/**
 * Which platforms share a database, and what each of them may use of the limits that hold for all together. An embedded
 * database has one platform.
 */
export async function up(db: Kysely<Database>): Promise<void> {
  if (!(db.getExecutor().adapter instanceof PostgresAdapter)) return;
  const text = textType(db);
  await db.schema
    .createTable('platforms')
    .addColumn('platform', 'text', (column) => column.primaryKey())
    .addColumn('owner', 'text', (column) => column.notNull())
    .addColumn('until_ms', 'bigint', (column) => column.notNull())
    .addColumn('is_alone', 'boolean', (column) => column.notNull())
    .addColumn('answered', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('concurrency_shares')
    .addColumn('pool', text, (column) => column.notNull())
    .addColumn('platform', 'text', (column) =>
      column.notNull().references('platforms.platform').onDelete('cascade'),
    )
    .addColumn('amount', 'bigint', (column) => column.notNull())
    .addColumn('petition', 'bigint')
    .addColumn('wanted', 'bigint')
    .addColumn('petitioned_at_ms', 'bigint')
    .addPrimaryKeyConstraint('concurrency_shares_key', ['pool', 'platform'])
    .execute();
  await db.schema
    .createTable('concurrency_rates')
    .addColumn('pool', text, (column) => column.primaryKey())
    .addColumn('unspent', 'double precision', (column) => column.notNull())
    .addColumn('at_ms', 'bigint', (column) => column.notNull())
    .execute();
  await sql`create sequence concurrency_petitions`.execute(db);
}
