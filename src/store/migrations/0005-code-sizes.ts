import { type Kysely, PostgresAdapter, sql } from 'kysely';
import type { Database } from '../schema.ts';

const TABLES = ['lambda_functions', 'lambda_layer_versions'] as const;

/** Sizes of packages in a column of their own, with an index that holds all it takes to add them up. */
export async function up(db: Kysely<Database>): Promise<void> {
  const isPostgres = db.getExecutor().adapter instanceof PostgresAdapter;
  // What was stored before has its size in the document.
  const size = isPostgres
    ? sql`(configuration::json ->> 'codeSize')::bigint`
    : sql`json_extract(configuration, '$.codeSize')`;
  for (const table of TABLES) {
    await db.schema
      .alterTable(table)
      .addColumn('code_size', 'bigint', (column) => column.notNull().defaultTo(0))
      .execute();
    await sql`update ${sql.table(table)} set code_size = coalesce(${size}, 0)`.execute(db);
    await db.schema
      .createIndex(`${table}_code_size`)
      .on(table)
      .columns(['account_id', 'region', 'code_size'])
      .execute();
  }
}
