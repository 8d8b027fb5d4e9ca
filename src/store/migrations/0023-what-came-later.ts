import { type Kysely, PostgresAdapter } from 'kysely';
import type { Database } from '../schema.ts';
import { createExpiry, createStreams } from './0019-dynamodb.ts';
import { createBlobPins } from './0023-platform-changes.ts';

/** What two earlier steps have made since, and stores that had taken them before lack. */
export async function up(db: Kysely<Database>): Promise<void> {
  const tables = await db.introspection.getTables();
  const items = tables.find(({ name }) => name === 'dynamodb_items');
  if (items?.columns.every(({ name }) => name !== 'expires_at_ms'))
    await db.schema.alterTable('dynamodb_items').addColumn('expires_at_ms', 'bigint').execute();
  await createExpiry(db);
  await createStreams(db);
  if (db.getExecutor().adapter instanceof PostgresAdapter) await createBlobPins(db);
}
