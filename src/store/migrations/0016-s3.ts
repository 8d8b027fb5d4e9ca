import { type Kysely, sql } from 'kysely';
import type { Database } from '../schema.ts';
import { textType } from './column-types.ts';

/** Buckets, objects with their versions, what they contain, and multipart uploads. */
export async function up(db: Kysely<Database>): Promise<void> {
  const text = textType(db);
  await db.schema
    .createTable('s3_buckets')
    .addColumn('name', text, (column) => column.primaryKey())
    .addColumn('account_id', text, (column) => column.notNull())
    .addColumn('region', text, (column) => column.notNull())
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('versioning', 'text', (column) => column.notNull())
    .addColumn('settings', 'text', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('s3_buckets_account')
    .on('s3_buckets')
    .columns(['account_id', 'name'])
    .execute();
  await createObjects(db);
  await createContents(db);
  await createUploads(db);
}

async function createObjects(db: Kysely<Database>): Promise<void> {
  const text = textType(db);
  await db.schema
    .createTable('s3_objects')
    .addColumn('bucket', text, (column) => column.notNull().references('s3_buckets.name'))
    .addColumn('key', text, (column) => column.notNull())
    .addColumn('sequence', 'bigint', (column) => column.notNull())
    .addColumn('version_id', text, (column) => column.notNull())
    .addColumn('is_latest', 'integer', (column) => column.notNull())
    .addColumn('is_delete_marker', 'integer', (column) => column.notNull())
    .addColumn('etag', 'text', (column) => column.notNull())
    .addColumn('size', 'bigint', (column) => column.notNull())
    .addColumn('modified_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('content_id', 'text')
    .addColumn('part_count', 'integer')
    .addColumn('details', 'text', (column) => column.notNull())
    .addColumn('tags', 'text')
    .addPrimaryKeyConstraint('s3_objects_key', ['bucket', 'key', 'sequence'])
    .execute();
  // A read that names no version, and a list of current objects, see nothing of the older versions.
  await db.schema
    .createIndex('s3_objects_latest')
    .unique()
    .on('s3_objects')
    .columns(['bucket', 'key'])
    .where(sql.ref('is_latest'), '=', sql.lit(1))
    .execute();
  await db.schema
    .createIndex('s3_objects_version')
    .unique()
    .on('s3_objects')
    .columns(['bucket', 'key', 'version_id'])
    .execute();
}

async function createContents(db: Kysely<Database>): Promise<void> {
  const text = textType(db);
  await db.schema
    .createTable('s3_contents')
    .addColumn('content_id', text, (column) => column.primaryKey())
    .addColumn('size', 'bigint', (column) => column.notNull())
    .addColumn('reference_count', 'integer', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('s3_parts')
    .addColumn('content_id', text, (column) => column.notNull())
    .addColumn('part_number', 'integer', (column) => column.notNull())
    .addColumn('file_id', text, (column) => column.notNull().unique())
    .addColumn('size', 'bigint', (column) => column.notNull())
    .addColumn('etag', 'text', (column) => column.notNull())
    .addColumn('checksums', 'text', (column) => column.notNull())
    .addColumn('modified_at_ms', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('s3_parts_key', ['content_id', 'part_number'])
    .execute();
  await db.schema
    .createTable('s3_discarded_files')
    .addColumn('file_id', text, (column) => column.primaryKey())
    .execute();
}

async function createUploads(db: Kysely<Database>): Promise<void> {
  const text = textType(db);
  await db.schema
    .createTable('s3_uploads')
    .addColumn('upload_id', text, (column) => column.primaryKey())
    .addColumn('bucket', text, (column) => column.notNull().references('s3_buckets.name'))
    .addColumn('key', text, (column) => column.notNull())
    .addColumn('initiated_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('details', 'text', (column) => column.notNull())
    .addColumn('tags', 'text')
    .execute();
  await db.schema
    .createIndex('s3_uploads_key')
    .on('s3_uploads')
    .columns(['bucket', 'key', 'initiated_at_ms', 'upload_id'])
    .execute();
}
