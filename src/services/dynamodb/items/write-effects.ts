import { ServiceError } from '../../../model/service-error.ts';
import { typicalBytes } from '../reads/row-lots.ts';
import { type NewRecord, recordOf } from '../streams/stream-record.ts';
import { type Contents, EMPTY, sum } from '../tables/table-contents.ts';
import { itemSize } from '../values/item-size.ts';
import type { ItemChange } from './item-rows.ts';
import type { Entry, ItemWrite, Outcome } from './write-decisions.ts';

/** What streams show of what was done, each stream's in order. Streams in one order: other platforms lock them alike. */
export function recordsOf(
  all: readonly Entry[],
  outcomes: readonly Outcome[],
  nowMs: number,
): [string, NewRecord[]][] {
  const byStream = new Map<string, NewRecord[]>();
  for (const [index, { writes }] of all.entries()) {
    for (const [at, { table, isExpiry }] of writes.entries()) {
      const outcome = outcomes[index]?.[at];
      const { stream, key } = table.definition;
      if (stream === undefined || outcome === undefined || outcome instanceof ServiceError) continue;
      const changed = { before: outcome.before, after: outcome.after, isExpired: isExpiry === true };
      const record = recordOf({ key, viewType: stream.viewType }, changed, nowMs);
      if (record === undefined) continue;
      const before = byStream.get(stream.id);
      if (before === undefined) byStream.set(stream.id, [record]);
      else before.push(record);
    }
  }
  return [...byStream].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** By how much each table's contents grow, by its id. */
export function growth(changes: readonly ItemChange[]): ReadonlyMap<string, Contents> {
  const grown = new Map<string, Contents>();
  for (const { table, before, after } of changes) {
    const [from, to] = [before, after].map((item): Contents => {
      return item === undefined ? EMPTY : { items: 1, bytes: itemSize(item) };
    });
    const change = {
      items: (to?.items ?? 0) - (from?.items ?? 0),
      bytes: (to?.bytes ?? 0) - (from?.bytes ?? 0),
    };
    grown.set(table.id, sum(grown.get(table.id) ?? EMPTY, change));
  }
  return grown;
}

/** About the characters a write holds: of the item before, of the item after, and of both in a stream. */
export function memoryOf({ table, bytes }: ItemWrite): number {
  const typical = typicalBytes(table.id);
  return (typical + (bytes ?? typical)) * (table.definition.stream === undefined ? 1 : 2);
}
