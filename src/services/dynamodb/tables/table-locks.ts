import { sql } from 'kysely';
import type { Store } from '../../../store/store.ts';
import type { Table } from './table-definition.ts';
import type { TableName } from './table-name.ts';
import { findTable, type Tx } from './table-rows.ts';

/*
 * Several platforms may write to one database at once. Whoever writes items of a table keeps it as it is until the write is done, so
 * that none misses an index or a stream that comes meanwhile; whoever changes the table waits for them. SQLite has one writer anyway.
 */

/** Tables first, then names of items and of what else is written once, in one order, so that nobody waits in a circle. */
export async function lockForWrites(
  tx: Tx,
  engine: Store['engine'],
  tableIds: ReadonlySet<string>,
  names: readonly string[],
): Promise<void> {
  if (engine === 'sqlite') return;
  const tables = [...tableIds].toSorted();
  const sorted = names.toSorted();
  await sql`select case when shared then pg_advisory_xact_lock_shared(hashtextextended(name, 0))
    else pg_advisory_xact_lock(hashtextextended(name, 0)) end
    from (select name, true as shared, n from unnest(${tables}::text[]) with ordinality as t(name, n)
      union all select name, false, ${tables.length} + n from unnest(${sorted}::text[]) with ordinality as i(name, n)
      order by 3) as locks`.execute(tx);
}

/** A table that is to be changed, as it is: until the transaction ends nobody else changes it, or writes to it. */
export async function lockTable(
  tx: Tx,
  engine: Store['engine'],
  name: TableName,
): Promise<Table | undefined> {
  const table = await findTable(tx, name);
  if (engine === 'sqlite' || table === undefined) return table;
  await sql`select pg_advisory_xact_lock(hashtextextended(${table.id}, 0))`.execute(tx);
  return await findTable(tx, name);
}
