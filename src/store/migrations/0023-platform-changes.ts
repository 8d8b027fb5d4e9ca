import { type Kysely, PostgresAdapter, sql } from 'kysely';
import type { Database } from '../schema.ts';

/**
 * What platforms that share a database tell each other of their writes, in the transaction of the write. The
 * transaction's own number says who has seen it: sequence numbers are given out before the commit and come out of turn. An
 * embedded database has one platform. And what they have put into their common directory of blobs without a reference yet.
 */
export async function up(db: Kysely<Database>): Promise<void> {
  if (!(db.getExecutor().adapter instanceof PostgresAdapter)) return;
  await db.schema
    .createTable('platform_changes')
    .addColumn('number', 'bigint', (column) => column.generatedAlwaysAsIdentity().primaryKey())
    .addColumn('transaction', sql`xid8`, (column) => column.notNull().defaultTo(sql`pg_current_xact_id()`))
    .addColumn('written_at_ms', 'bigint', (column) =>
      column.notNull().defaultTo(sql`(extract(epoch from clock_timestamp()) * 1000)::bigint`),
    )
    .addColumn('platform', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('value', 'text')
    .execute();
  await db.schema
    .createIndex('platform_changes_transaction')
    .on('platform_changes')
    .column('transaction')
    .execute();
  await createBlobPins(db);
}

/** Nothing where they are there. */
export async function createBlobPins(db: Kysely<Database>): Promise<void> {
  await db.schema
    .createTable('blob_pins')
    .ifNotExists()
    .addColumn('sha256', 'text', (column) => column.notNull())
    .addColumn('platform', 'text', (column) => column.notNull())
    .addColumn('until_ms', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('blob_pins_key', ['sha256', 'platform'])
    .execute();
}
