import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  collectPage,
  type ListPage,
  type ListPosition,
  type ListQuery,
  type ReadRows,
} from './collect-page.ts';
import { successorOf } from './key-order.ts';

interface Row {
  readonly key: string;
  readonly sequence: number;
}

/** Versions in the order of a list: by the bytes of the key, the newest first. */
function sorted(rows: readonly Row[]): Row[] {
  return rows.toSorted((a, b) => bytes(a.key, b.key) || b.sequence - a.sequence);
}

const bytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

function isFrom(row: Row, from: ListPosition): boolean {
  if (from.kind === 'start') return true;
  const order = bytes(row.key, from.key);
  if (from.kind === 'at') return order >= 0;
  return order > 0 || (from.kind === 'older' && order === 0 && row.sequence < from.sequence);
}

/** A store of a few rows, as the database would give them. */
function reader(rows: readonly Row[], prefix: string): ReadRows<Row> {
  const own = sorted(rows).filter(({ key }) => key.startsWith(prefix));
  return async (from, limit) => own.filter((row) => isFrom(row, from)).slice(0, limit);
}

/** What the whole list shows, worked out in the slowest and plainest way. */
function wholeList(rows: readonly Row[], prefix: string, delimiter: string): string[] {
  const lines: string[] = [];
  for (const { key, sequence } of sorted(rows)) {
    if (!key.startsWith(prefix)) continue;
    const rest = key.slice(prefix.length);
    const at = delimiter === '' ? -1 : rest.indexOf(delimiter);
    const line = at < 0 ? `${key}#${sequence}` : `${prefix}${rest.slice(0, at)}${delimiter}`;
    if (lines.at(-1) !== line) lines.push(line);
  }
  return lines;
}

/** The same, page by page, each going on where the one before it ended. */
async function byPages(rows: readonly Row[], query: Omit<ListQuery, 'from' | 'shown'>): Promise<string[]> {
  const lines: string[] = [];
  let from: ListPosition = { kind: 'start' };
  let shown: string | undefined;
  for (;;) {
    const page: ListPage<Row> = await collectPage({ ...query, from, shown }, reader(rows, query.prefix));
    expect(page.items.length).toBeLessThanOrEqual(query.most);
    for (const item of page.items) {
      lines.push(item.kind === 'prefix' ? item.prefix : `${item.row.key}#${item.row.sequence}`);
      shown = item.kind === 'prefix' ? item.prefix : undefined;
      from = item.kind === 'prefix' ? { kind: 'after', key: item.prefix } : { kind: 'older', ...item.row };
    }
    if (!page.isTruncated) return lines;
    expect(page.items).toHaveLength(query.most);
  }
}

const character = fc.constantFrom('a', 'b', '/', '-', '\u{10FFFF}', '\u{D7FF}', '\u{E000}', '\u{1F600}', '￿');
const key = fc.array(character, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''));
const rows = fc.uniqueArray(fc.record({ key, sequence: fc.integer({ min: 1, max: 3 }) }), {
  maxLength: 80,
  selector: (row) => `${row.key}#${row.sequence}`,
});

test('pages put together are the whole list, whatever their size', async () => {
  const prefix = fc.array(character, { maxLength: 2 }).map((parts) => parts.join(''));
  const delimiter = fc.constantFrom('', '/', '-', 'a/', '\u{10FFFF}');
  await fc.assert(
    fc.asyncProperty(rows, prefix, delimiter, fc.integer({ min: 1, max: 9 }), async (all, p, d, most) => {
      expect(await byPages(all, { prefix: p, delimiter: d, most })).toEqual(wholeList(all, p, d));
    }),
    { numRuns: 300 },
  );
});

test('the successor is behind all that begin with a text, and nothing is between', () => {
  fc.assert(
    fc.property(key, key, (text, other) => {
      const next = successorOf(text);
      const isBehind = next !== undefined && bytes(other, next) >= 0;
      expect(isBehind).toBe(bytes(other, text) > 0 && !other.startsWith(text));
    }),
  );
});
