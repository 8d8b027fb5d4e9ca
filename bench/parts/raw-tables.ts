import { DatabaseSync } from 'node:sqlite';
import { itemText, keyOf, MOST_AT, PARTITIONS, QUERIED } from './table-items.ts';

/**
 * The statements that operations on items need, and nothing else, one after the other in a bare SQLite:
 * `node raw-tables.ts FILE put|update|get|query WRITES_PER_COMMIT DURATION_MS`. The same kind of rows, and commits that are
 * synced to disk. Prints how many a second, and what one took, as JSON.
 */
const [file = '', kind = '', writesPerCommit = '', durationMs = ''] = process.argv.slice(2);
const TABLE = '7d1f8c8e-5f39-4f4e-9a51-3a6f0a1f7a10';

const database = new DatabaseSync(file);
database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -16000');
database.exec(`create table if not exists items (table_id text not null, hash_key text not null, range_key text not null,
  item text not null, bytes integer not null, expires_at_ms bigint, primary key (table_id, hash_key, range_key))`);
const insert = database.prepare(`insert into items values (?, ?, ?, ?, ?, null)
  on conflict do update set item = excluded.item, bytes = excluded.bytes, expires_at_ms = excluded.expires_at_ms`);
const select = database.prepare(
  'select item from items where table_id = ? and hash_key = ? and range_key = ?',
);
const range =
  database.prepare(`select item, bytes from items where table_id = ? and hash_key = ? and range_key >= ?
  order by hash_key, range_key limit ${QUERIED}`);

const ITEMS = PARTITIONS * MOST_AT;
const rows = Array.from({ length: ITEMS }, (_, item) => {
  const { id, at } = keyOf(item);
  return { hash: id.S.padEnd(40, '0'), range: at.N.padStart(8, '0'), text: itemText(item) };
});
database.exec('begin');
for (const { hash, range: at, text } of rows) insert.run(TABLE, hash, at, text, text.length);
database.exec('commit');

type Row = (typeof rows)[number];
const ONE: Readonly<Record<string, (row: Row) => unknown>> = {
  put: ({ hash, range: at, text }) => insert.run(TABLE, hash, at, text, text.length),
  update: ({ hash, range: at, text }) => {
    select.all(TABLE, hash, at);
    return insert.run(TABLE, hash, at, text, text.length);
  },
  get: ({ hash, range: at }) => select.all(TABLE, hash, at),
  query: ({ hash, range: at }) => range.all(TABLE, hash, at),
};
const one = ONE[kind];
if (one === undefined) throw new Error(`There is no ${kind}.`);
const isWrite = kind === 'put' || kind === 'update';

/** @returns how long each lot took that shares a commit, or each single read */
function run(): number[] {
  const tookMs: number[] = [];
  let turn = 0;
  for (const startedAt = performance.now(); performance.now() - startedAt < Number(durationMs); ) {
    const beganAt = performance.now();
    if (isWrite) database.exec('begin immediate');
    for (let count = 0; count < (isWrite ? Number(writesPerCommit) : 1); count += 1) {
      turn += 1;
      const row = rows[(turn * 7919) % ITEMS];
      if (row !== undefined) one?.(row);
    }
    if (isWrite) database.exec('commit');
    tookMs.push(performance.now() - beganAt);
  }
  return tookMs;
}

run();
const sorted = run().toSorted((a, b) => a - b);
const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
const done = sorted.length * (isWrite ? Number(writesPerCommit) : 1);
const perSecond = (done * 1000) / Number(durationMs);
console.log(JSON.stringify({ perSecond, p50Ms: at(0.5), p99Ms: at(0.99) }));
database.close();
