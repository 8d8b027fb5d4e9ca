import type { Kysely } from 'kysely';
import type { Database } from '../schema.ts';
import { textType } from './column-types.ts';

/** Tables of DynamoDB, their items, and the entries of their secondary indexes. */
export async function up(db: Kysely<Database>): Promise<void> {
  const text = textType(db);
  await db.schema
    .createTable('dynamodb_tables')
    .addColumn('account_id', text, (column) => column.notNull())
    .addColumn('region', text, (column) => column.notNull())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('id', text, (column) => column.notNull().unique())
    .addColumn('definition', 'text', (column) => column.notNull())
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('dynamodb_tables_key', ['account_id', 'region', 'name'])
    .execute();
  await db.schema
    .createTable('dynamodb_items')
    .addColumn('table_id', text, (column) => column.notNull())
    .addColumn('hash_key', text, (column) => column.notNull())
    .addColumn('range_key', text, (column) => column.notNull())
    .addColumn('item', 'text', (column) => column.notNull())
    .addColumn('bytes', 'integer', (column) => column.notNull())
    .addColumn('expires_at_ms', 'bigint')
    .addPrimaryKeyConstraint('dynamodb_items_key', ['table_id', 'hash_key', 'range_key'])
    .execute();
  await db.schema
    .createTable('dynamodb_entries')
    .addColumn('index_id', text, (column) => column.notNull())
    .addColumn('hash_key', text, (column) => column.notNull())
    .addColumn('range_key', text, (column) => column.notNull())
    // Names the item in few bytes: PostgreSQL's indexes hold no long keys, and a table's own may be long.
    .addColumn('item_id', text, (column) => column.notNull())
    .addColumn('table_id', text, (column) => column.notNull())
    .addColumn('item_hash_key', text, (column) => column.notNull())
    .addColumn('item_range_key', text, (column) => column.notNull())
    .addPrimaryKeyConstraint('dynamodb_entries_key', ['index_id', 'hash_key', 'range_key', 'item_id'])
    .execute();
  await createExpiry(db);
  await createStreams(db);
  await db.schema
    .createTable('dynamodb_tokens')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('request', text, (column) => column.notNull())
    .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('dynamodb_tokens_expiry')
    .on('dynamodb_tokens')
    .column('expires_at_ms')
    .execute();
}

/** Nothing where it is there. */
export async function createExpiry(db: Kysely<Database>): Promise<void> {
  await db.schema
    .createIndex('dynamodb_items_expiry')
    .ifNotExists()
    .on('dynamodb_items')
    .column('expires_at_ms')
    .where('expires_at_ms', 'is not', null)
    .execute();
}

/** Nothing where they are there. */
export async function createStreams(db: Kysely<Database>): Promise<void> {
  const text = textType(db);
  await db.schema
    .createTable('dynamodb_streams')
    .ifNotExists()
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('account_id', text, (column) => column.notNull())
    .addColumn('region', text, (column) => column.notNull())
    .addColumn('table_name', text, (column) => column.notNull())
    .addColumn('label', text, (column) => column.notNull())
    .addColumn('definition', 'text', (column) => column.notNull())
    .addColumn('last_sequence', 'bigint', (column) => column.notNull())
    .addColumn('disabled_at_ms', 'bigint')
    .addUniqueConstraint('dynamodb_streams_name', ['account_id', 'region', 'table_name', 'label'])
    .execute();
  await db.schema
    .createTable('dynamodb_stream_records')
    .ifNotExists()
    .addColumn('stream_id', text, (column) => column.notNull())
    .addColumn('sequence', 'bigint', (column) => column.notNull())
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('record', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('dynamodb_stream_records_key', ['stream_id', 'sequence'])
    .execute();
}
