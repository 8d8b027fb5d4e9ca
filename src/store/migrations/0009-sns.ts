import type { Kysely } from 'kysely';
import type { Database } from '../schema.ts';
import { textType } from './column-types.ts';

/** Topics, subscriptions, and what FIFO topics remember. */
export async function up(db: Kysely<Database>): Promise<void> {
  const text = textType(db);
  await db.schema
    .createTable('sns_topics')
    .addColumn('account_id', text, (column) => column.notNull())
    .addColumn('region', text, (column) => column.notNull())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('attributes', 'text', (column) => column.notNull())
    .addColumn('tags', 'text', (column) => column.notNull())
    .addColumn('deleted_subscriptions', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('sns_topics_key', ['account_id', 'region', 'name'])
    .execute();
  await db.schema
    .createTable('sns_subscriptions')
    .addColumn('arn', text, (column) => column.primaryKey())
    .addColumn('topic_arn', text, (column) => column.notNull())
    .addColumn('account_id', text, (column) => column.notNull())
    .addColumn('region', text, (column) => column.notNull())
    .addColumn('owner', text, (column) => column.notNull())
    .addColumn('protocol', 'text', (column) => column.notNull())
    .addColumn('endpoint', 'text', (column) => column.notNull())
    .addColumn('attributes', 'text', (column) => column.notNull())
    .addColumn('token', 'text')
    .addColumn('is_authenticated', 'integer', (column) => column.notNull())
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('sns_subscriptions_topic')
    .on('sns_subscriptions')
    .columns(['topic_arn', 'arn'])
    .execute();
  await db.schema
    .createTable('sns_deduplications')
    .addColumn('topic_arn', text, (column) => column.notNull())
    .addColumn('scope', text, (column) => column.notNull())
    .addColumn('deduplication_id', text, (column) => column.notNull())
    .addColumn('message_id', 'text', (column) => column.notNull())
    .addColumn('sequence_number', 'text', (column) => column.notNull())
    .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('sns_deduplications_key', ['topic_arn', 'scope', 'deduplication_id'])
    .execute();
  await db.schema
    .createTable('sns_sequences')
    .addColumn('topic_arn', text, (column) => column.primaryKey())
    .addColumn('sequence', 'bigint', (column) => column.notNull())
    .execute();
}
