import { checkIndexKeys } from '../keys/item-keys.ts';
import type { TableDefinition } from '../tables/table-definition.ts';
import type { Tx } from '../tables/table-rows.ts';
import type { Entry, ItemWrite } from './write-decisions.ts';

/** Definitions as they are stored, which tells one from another. Those of tables that were read are parts of them. */
const texts = new WeakMap<TableDefinition, string>();

/** The stored definitions of those tables that are still there, by id. */
export async function currentDefinitions(
  tx: Tx,
  ids: ReadonlySet<string>,
): Promise<ReadonlyMap<string, string>> {
  const rows = await tx
    .selectFrom('dynamodb_tables')
    .select(['id', 'definition'])
    .where('id', 'in', [...ids])
    .execute();
  return new Map(rows.map(({ id, definition }) => [id, definition]));
}

/**
 * Makes all writes ones to their tables as they are now: indexes may have come, and streams, since the tables were looked up.
 * @returns whether any has changed
 */
export function putOnCurrentTables(all: readonly Entry[], tables: ReadonlyMap<string, string>): boolean {
  let isChanged = false;
  for (const entry of all) {
    const writes = entry.writes.map((write) => onCurrentTable(write, tables.get(write.table.id)));
    if (!writes.some((write, index) => write !== entry.writes[index])) continue;
    entry.writes = writes;
    isChanged = true;
  }
  return isChanged;
}

function onCurrentTable(write: ItemWrite, current: string | undefined): ItemWrite {
  const { table, decide } = write;
  if (current === undefined || current === textOf(table.definition)) return write;
  const now = { ...table, definition: JSON.parse(current) as TableDefinition };
  return {
    ...write,
    table: now,
    decide: (before) => {
      const after = decide(before);
      if (after !== undefined) checkIndexKeys(now, after);
      return after;
    },
  };
}

function textOf(definition: TableDefinition): string {
  const known = texts.get(definition);
  if (known !== undefined) return known;
  const text = JSON.stringify(definition);
  texts.set(definition, text);
  return text;
}
