import { openRawTable } from './raw-table.ts';
import { isTableKind } from './table-items.ts';

/**
 * The statements that operations on items need, and nothing else, one after the other in a bare SQLite:
 * `node raw-tables.ts FILE put|update|get|query WRITES_PER_COMMIT DURATION_MS`. Prints how many a second, and what one took
 * (or what a lot took that shares a commit), as JSON.
 */
const [file = '', kind = '', writesPerCommit = '', durationMs = ''] = process.argv.slice(2);
if (!isTableKind(kind)) throw new Error(`There is no ${kind}.`);
const table = openRawTable(file);
const one = table.run[kind];
const isWrite = kind === 'put' || kind === 'update';
const lot = isWrite ? Number(writesPerCommit) : 1;

function run(): number[] {
  const tookMs: number[] = [];
  let turn = 0;
  for (const startedAt = performance.now(); performance.now() - startedAt < Number(durationMs); ) {
    const beganAt = performance.now();
    if (isWrite) table.begin();
    for (let count = 0; count < lot; count += 1) {
      turn += 1;
      const row = table.rows[(turn * 7919) % table.rows.length];
      if (row !== undefined) one(row);
    }
    if (isWrite) table.commit();
    tookMs.push(performance.now() - beganAt);
  }
  return tookMs;
}

// The first time round warms up.
run();
const sorted = run().toSorted((a, b) => a - b);
const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
const perSecond = (sorted.length * lot * 1000) / Number(durationMs);
console.log(JSON.stringify({ perSecond, p50Ms: at(0.5), p99Ms: at(0.99) }));
table.close();
