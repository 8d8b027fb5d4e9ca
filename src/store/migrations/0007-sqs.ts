import { type Kysely, PostgresAdapter, sql } from 'kysely';
import type { Database } from '../schema.ts';
import { textType } from './column-types.ts';

/** Queues, their messages, the groups and remembered ids of FIFO queues, and what moves messages out of dead-letter queues. */
export async function up(db: Kysely<Database>): Promise<void> {
  const text = textType(db);
  await db.schema
    .createTable('sqs_queues')
    .addColumn('account_id', text, (column) => column.notNull())
    .addColumn('region', text, (column) => column.notNull())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('id', 'bigint', (column) => column.notNull())
    .addColumn('contents_id', 'bigint', (column) => column.notNull().unique())
    .addColumn('attributes', 'text', (column) => column.notNull())
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('modified_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('purged_at_ms', 'bigint')
    .addColumn('deleted_at_ms', 'bigint')
    .addPrimaryKeyConstraint('sqs_queues_key', ['account_id', 'region', 'name'])
    .execute();
  await db.schema
    .createTable('sqs_discarded_contents')
    .addColumn('contents_id', 'bigint', (column) => column.primaryKey())
    .execute();
  await createMessages(db);
  await createFifoTables(db);
  await createMoveTasks(db);
}

async function createMessages(db: Kysely<Database>): Promise<void> {
  const text = textType(db);
  const table = db.schema.createTable('sqs_messages');
  // The number is the order of the messages. It is never used again, also when the newest message is gone.
  const numbered =
    db.getExecutor().adapter instanceof PostgresAdapter
      ? table.addColumn('sequence', sql`bigint generated always as identity`, (column) => column.primaryKey())
      : table.addColumn('sequence', 'integer', (column) => column.primaryKey().autoIncrement());
  await numbered
    .addColumn('contents_id', 'bigint', (column) => column.notNull())
    .addColumn('visible_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('receive_count', 'integer', (column) => column.notNull())
    .addColumn('received_at_ms', 'bigint')
    .addColumn('first_received_at_ms', 'bigint')
    .addColumn('receive_attempt_id', 'text')
    .addColumn('sent_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('message_id', 'text', (column) => column.notNull())
    .addColumn('group_id', text)
    .addColumn('deduplication_id', 'text')
    .addColumn('sender_id', 'text', (column) => column.notNull())
    .addColumn('trace_header', 'text')
    .addColumn('dead_letter_source', 'text')
    .addColumn('attributes', 'text')
    .addColumn('body', 'text', (column) => column.notNull())
    .execute();
  // What can be received stands before what is in flight or delayed: nothing has to be skipped over.
  await db.schema
    .createIndex('sqs_messages_visible')
    .on('sqs_messages')
    .columns(['contents_id', 'visible_at_ms', 'sequence'])
    .execute();
  await db.schema
    .createIndex('sqs_messages_age')
    .on('sqs_messages')
    .columns(['contents_id', 'sent_at_ms'])
    .execute();
  await db.schema
    .createIndex('sqs_messages_group')
    .on('sqs_messages')
    .columns(['contents_id', 'group_id', 'sequence'])
    .where('group_id', 'is not', null)
    .execute();
}

async function createFifoTables(db: Kysely<Database>): Promise<void> {
  const text = textType(db);
  await db.schema
    .createTable('sqs_groups')
    .addColumn('contents_id', 'bigint', (column) => column.notNull())
    .addColumn('group_id', text, (column) => column.notNull())
    .addColumn('available_at_ms', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('sqs_groups_key', ['contents_id', 'group_id'])
    .execute();
  await db.schema
    .createIndex('sqs_groups_available')
    .on('sqs_groups')
    .columns(['contents_id', 'available_at_ms'])
    .execute();
  await db.schema
    .createTable('sqs_deduplications')
    .addColumn('queue_id', 'bigint', (column) => column.notNull())
    .addColumn('scope', text, (column) => column.notNull())
    .addColumn('deduplication_id', text, (column) => column.notNull())
    .addColumn('message_id', 'text', (column) => column.notNull())
    .addColumn('sequence', 'bigint', (column) => column.notNull())
    .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('sqs_deduplications_key', ['queue_id', 'scope', 'deduplication_id'])
    .execute();
  await db.schema
    .createIndex('sqs_deduplications_expiry')
    .on('sqs_deduplications')
    .column('expires_at_ms')
    .execute();
}

async function createMoveTasks(db: Kysely<Database>): Promise<void> {
  const text = textType(db);
  await db.schema
    .createTable('sqs_move_tasks')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('source_arn', text, (column) => column.notNull())
    .addColumn('destination_arn', 'text')
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('messages_per_second', 'integer')
    .addColumn('moved', 'bigint', (column) => column.notNull())
    .addColumn('to_move', 'bigint', (column) => column.notNull())
    .addColumn('failure_reason', 'text')
    .addColumn('started_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('owner', 'text', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('sqs_move_tasks_source')
    .on('sqs_move_tasks')
    .columns(['source_arn', 'started_at_ms'])
    .execute();
}
