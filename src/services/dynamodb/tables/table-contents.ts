import { type Kysely, sql } from 'kysely';
import type { Database } from '../../../store/schema.ts';
import type { Tx } from './table-rows.ts';

export interface Contents {
  readonly items: number;
  readonly bytes: number;
}

export const EMPTY: Contents = { items: 0, bytes: 0 };

/** Platforms on one database count in parts, so that they seldom wait for each other. */
const PARTS = 16;

export function partOf(engine: 'sqlite' | 'postgres'): number {
  return engine === 'sqlite' ? 0 : Math.floor(Math.random() * PARTS);
}

/** AWS brings these figures up to date every six hours; here they are always. */
export async function contentsOf(db: Kysely<Database>, { id }: { readonly id: string }): Promise<Contents> {
  const rows = await db
    .selectFrom('dynamodb_contents')
    .select(['items', 'bytes'])
    .where('table_id', '=', id)
    .execute();
  return rows.reduce(sum, EMPTY);
}

/** @param changes by how much each table's contents have grown, by its id */
export async function countContents(
  tx: Tx,
  part: number,
  changes: ReadonlyMap<string, Contents>,
): Promise<void> {
  const rows = [...changes]
    .filter(([, { items, bytes }]) => items !== 0 || bytes !== 0)
    // Platforms that count in the same part wait for each other in one order.
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([table_id, contents]) => ({ table_id, part, ...contents }));
  if (rows.length === 0) return;
  await tx
    .insertInto('dynamodb_contents')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['table_id', 'part']).doUpdateSet({
        items: sql`dynamodb_contents.items + excluded.items`,
        bytes: sql`dynamodb_contents.bytes + excluded.bytes`,
      }),
    )
    .execute();
}

export function sum(one: Contents, other: Contents): Contents {
  return { items: one.items + other.items, bytes: one.bytes + other.bytes };
}
