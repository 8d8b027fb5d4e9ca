import { type RawBuilder, sql } from 'kysely';

/** Milliseconds since the Unix epoch, as PostgreSQL knows them: platforms that share a database tell the time by it. */
export function databaseTime(): RawBuilder<number> {
  return sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`;
}
