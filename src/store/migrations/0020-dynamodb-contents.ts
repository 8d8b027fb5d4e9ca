import { type Kysely, sql } from 'kysely';
import type { Database } from '../schema.ts';
import { textType } from './column-types.ts';

/** How much is in each table of DynamoDB, and what is left to be removed of those that are gone. */
export async function up(db: Kysely<Database>): Promise<void> {
  const text = textType(db);
  await db.schema
    .createTable('dynamodb_contents')
    .addColumn('table_id', text, (column) => column.notNull())
    .addColumn('part', 'integer', (column) => column.notNull())
    .addColumn('items', 'bigint', (column) => column.notNull())
    .addColumn('bytes', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('dynamodb_contents_key', ['table_id', 'part'])
    .execute();
  await db.schema
    .createTable('dynamodb_leftovers')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('kind', text, (column) => column.notNull())
    .addColumn('rows_at_a_time', 'integer', (column) => column.notNull())
    .execute();
  await sql`insert into dynamodb_contents (table_id, part, items, bytes)
    select table_id, 0, count(*), sum(bytes) from dynamodb_items group by table_id`.execute(db);
}
