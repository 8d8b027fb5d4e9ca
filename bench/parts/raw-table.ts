import { DatabaseSync } from 'node:sqlite';
import { itemText, keyOf, MOST_AT, PARTITIONS, QUERIED, type TableKind } from './table-items.ts';

const TABLE = '7d1f8c8e-5f39-4f4e-9a51-3a6f0a1f7a10';
const SHAPE = `table_id text not null, hash_key text not null, range_key text not null, item text not null,
  bytes integer not null, expires_at_ms bigint, primary key (table_id, hash_key, range_key)`;

/** A row of the bare table, and where it is. */
export interface RawRow {
  readonly hash: string;
  readonly range: string;
  readonly text: string;
}

export interface RawTable {
  readonly rows: readonly RawRow[];
  /** Each is the statements that operation needs; a write has to be within a transaction. */
  readonly run: Readonly<Record<TableKind, (row: RawRow) => unknown>>;
  begin(): void;
  commit(): void;
  close(): void;
}

/** A table of the same shape as the platform's, filled alike, in a bare SQLite of which commits are synced to disk. */
export function openRawTable(file: string): RawTable {
  const database = new DatabaseSync(file);
  database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -16000');
  database.exec(`create table if not exists items (${SHAPE})`);
  const insert = database.prepare(`insert into items values (?, ?, ?, ?, ?, null)
    on conflict do update set item = excluded.item, bytes = excluded.bytes, expires_at_ms = excluded.expires_at_ms`);
  const select = database.prepare(
    'select item from items where table_id = ? and hash_key = ? and range_key = ?',
  );
  const page = database.prepare(`select item, bytes from items
    where table_id = ? and hash_key = ? and range_key >= ? order by hash_key, range_key limit ${QUERIED}`);
  const put = ({ hash, range, text }: RawRow) => insert.run(TABLE, hash, range, text, text.length);
  const get = ({ hash, range }: RawRow) => select.all(TABLE, hash, range);
  const rows = Array.from({ length: PARTITIONS * MOST_AT }, (_, item) => rawRow(item));
  database.exec('begin');
  for (const row of rows) put(row);
  database.exec('commit');
  return {
    rows,
    run: {
      put,
      get,
      update: (row) => {
        get(row);
        return put(row);
      },
      query: ({ hash, range }) => page.all(TABLE, hash, range),
    },
    begin: () => database.exec('begin immediate'),
    commit: () => database.exec('commit'),
    close: () => database.close(),
  };
}

function rawRow(item: number): RawRow {
  const { id, at } = keyOf(item);
  return { ...placeOf(id.S, at.N), text: itemText(item) };
}

/** Keys as long as the platform's. */
export function placeOf(id: string, at: string): { readonly hash: string; readonly range: string } {
  return { hash: id.padEnd(40, '0'), range: at.padStart(8, '0') };
}
