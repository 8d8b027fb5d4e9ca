import { type Kysely, PostgresAdapter, type RawBuilder, sql } from 'kysely';
import type { Database } from '../schema.ts';
import { textType } from './column-types.ts';

/** Streams, their shards and records, and the consumers that are registered with them. */
export async function up(db: Kysely<Database>): Promise<void> {
  const text = textType(db);
  await db.schema
    .createTable('kinesis_streams')
    .addColumn('account_id', text, (column) => column.notNull())
    .addColumn('region', text, (column) => column.notNull())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('id', 'bigint', (column) => column.notNull().unique())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('next_shard', 'integer', (column) => column.notNull())
    .addColumn('definition', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('kinesis_streams_key', ['account_id', 'region', 'name'])
    .execute();
  await createShards(db, text);
  await createRecords(db);
  await db.schema
    .createTable('kinesis_consumers')
    .addColumn('stream_id', 'bigint', (column) => column.notNull())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('definition', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('kinesis_consumers_key', ['stream_id', 'name'])
    .execute();
}

async function createShards(db: Kysely<Database>, text: RawBuilder<unknown>): Promise<void> {
  await db.schema
    .createTable('kinesis_shards')
    .addColumn('stream_id', 'bigint', (column) => column.notNull())
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('start_hash', text, (column) => column.notNull())
    .addColumn('end_hash', text, (column) => column.notNull())
    .addColumn('parent', 'integer')
    .addColumn('adjacent_parent', 'integer')
    .addColumn('opened_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('epoch', 'bigint', (column) => column.notNull())
    .addColumn('next_place', 'bigint', (column) => column.notNull())
    .addColumn('closed_at_ms', 'bigint')
    .addPrimaryKeyConstraint('kinesis_shards_key', ['stream_id', 'number'])
    .execute();
}

async function createRecords(db: Kysely<Database>): Promise<void> {
  const isPostgres = db.getExecutor().adapter instanceof PostgresAdapter;
  await db.schema
    .createTable('kinesis_records')
    .addColumn('stream_id', 'bigint', (column) => column.notNull())
    .addColumn('shard', 'integer', (column) => column.notNull())
    .addColumn('last_place', 'bigint', (column) => column.notNull())
    .addColumn('records', 'integer', (column) => column.notNull())
    .addColumn('arrived_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('bytes', 'bigint', (column) => column.notNull())
    // Last in the row: whoever wants to know what there is need not read past it.
    .addColumn('contents', isPostgres ? sql`bytea` : sql`blob`, (column) => column.notNull())
    .addPrimaryKeyConstraint('kinesis_records_key', ['stream_id', 'shard', 'last_place'])
    .execute();
  await db.schema
    .createIndex('kinesis_records_age')
    .on('kinesis_records')
    .columns(['stream_id', 'shard', 'arrived_at_ms', 'last_place'])
    .execute();
}
