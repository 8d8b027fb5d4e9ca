import { commonPrefix, successorOf } from './key-order.ts';

/** Where a list goes on. */
export type ListPosition =
  | { readonly kind: 'start' }
  /** Behind all versions of a key. */
  | { readonly kind: 'after'; readonly key: string }
  /** With a key itself. */
  | { readonly kind: 'at'; readonly key: string }
  /** With a key's versions that are older. */
  | { readonly kind: 'older'; readonly key: string; readonly sequence: number };

export interface ListQuery {
  readonly prefix: string;
  /** Empty: every key is shown. */
  readonly delimiter: string;
  readonly most: number;
  readonly from: ListPosition;
  /** A common prefix that an earlier page has shown. */
  readonly shown?: string | undefined;
}

/** What a list shows one line for. */
export type ListItem<Row> =
  | { readonly kind: 'row'; readonly row: Row }
  | { readonly kind: 'prefix'; readonly prefix: string };

export interface ListPage<Row> {
  readonly items: readonly ListItem<Row>[];
  readonly isTruncated: boolean;
}

interface ListedRow {
  readonly key: string;
  readonly sequence: number;
}

/** Rows in the order of the list, from a position on, all of the query's prefix. */
export type ReadRows<Row> = (from: ListPosition, limit: number) => Promise<readonly Row[]>;

/** Rows at once where what comes next may well be hidden behind a common prefix. */
const FEW = 32;

/** Gathers one page of a list. What is behind a common prefix is jumped over, not read. */
export async function collectPage<Row extends ListedRow>(
  query: ListQuery,
  read: ReadRows<Row>,
): Promise<ListPage<Row>> {
  const { prefix, delimiter, most } = query;
  const items: ListItem<Row>[] = [];
  if (most === 0) return { items, isTruncated: false };
  let { from, shown } = query;
  let step = delimiter === '' ? most + 1 : FEW;
  for (;;) {
    const limit = Math.min(step, most + 1);
    const rows = await read(from, limit);
    for (const row of rows) {
      const common = commonPrefix(row.key, prefix, delimiter);
      if (common !== undefined && common === shown) continue;
      if (items.length === most) return { items, isTruncated: true };
      shown = common;
      items.push(common === undefined ? { kind: 'row', row } : { kind: 'prefix', prefix: common });
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < limit) return { items, isTruncated: false };
    const hidden = commonPrefix(last.key, prefix, delimiter);
    const next = hidden === undefined ? undefined : successorOf(hidden);
    if (hidden !== undefined && next === undefined) return { items, isTruncated: false };
    from =
      next === undefined
        ? { kind: 'older', key: last.key, sequence: last.sequence }
        : { kind: 'at', key: next };
    step = hidden === undefined ? step * 4 : FEW;
  }
}
