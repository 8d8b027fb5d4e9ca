import { type Kysely, sql, type Transaction } from 'kysely';
import type { Database } from './schema.ts';

/**
 * What platforms have agreed on, and go by while they run; what files and tokens know the store by, and which files have to
 * go: without, nobody could tell what a reset that was cut short has left.
 */
const KEPT_TABLES: ReadonlySet<string> = new Set([
  'platform_keys',
  'platforms',
  'concurrency_shares',
  'concurrency_rates',
  's3_discarded_files',
]);

/** Those that a reset empties. */
export async function tablesToEmpty(db: Kysely<Database>): Promise<string[]> {
  const tables = await db.introspection.getTables();
  return tables.flatMap(({ name, isView }) => (isView || KEPT_TABLES.has(name) ? [] : name));
}

export async function emptyTables(
  tx: Transaction<Database>,
  engine: 'sqlite' | 'postgres',
  tables: readonly string[],
): Promise<void> {
  if (engine === 'postgres') return await truncateFilled(tx, tables);
  await sql`pragma defer_foreign_keys = on`.execute(tx);
  for (const table of tables) await sql`delete from ${sql.table(table)}`.execute(tx);
}

/** Truncating makes new files, table by table: those that hold nothing are left alone. */
async function truncateFilled(tx: Transaction<Database>, tables: readonly string[]): Promise<void> {
  const looks = tables.map(
    (table) => sql`select ${sql.lit(table)} as name where exists (select 1 from ${sql.table(table)})`,
  );
  const { rows } = await sql<{ name: string }>`${sql.join(looks, sql` union all `)}`.execute(tx);
  if (rows.length === 0) return;
  await sql`truncate ${sql.join(rows.map(({ name }) => sql.table(name)))} cascade`.execute(tx);
}
