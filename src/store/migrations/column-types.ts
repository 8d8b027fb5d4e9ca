import { type Kysely, PostgresAdapter, type RawBuilder, sql } from 'kysely';

/**
 * Text that is compared and sorted byte by byte, as SQLite does by itself. PostgreSQL would follow the language of
 * its installation, and a list would come in another order there. For names and keys.
 */
export function textType<DB>(db: Kysely<DB>): RawBuilder<unknown> {
  return db.getExecutor().adapter instanceof PostgresAdapter ? sql`text collate "C"` : sql`text`;
}
