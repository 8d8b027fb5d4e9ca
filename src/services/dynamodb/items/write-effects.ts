import { ServiceError } from '../../../model/service-error.ts';
import { type OutgoingRecord, outgoingRecord } from '../destinations/outgoing-record.ts';
import { typicalBytes } from '../reads/row-lots.ts';
import { type NewRecord, recordOf } from '../streams/stream-record.ts';
import { type Contents, EMPTY, sum } from '../tables/table-contents.ts';
import { itemSize } from '../values/item-size.ts';
import type { ItemChange } from './item-rows.ts';
import type { Entry, ItemWrite, Outcome } from './write-decisions.ts';

/** What is to be told of what was done, in order: by the ids of streams, and of destinations. */
export interface Streamed {
  readonly records: ReadonlyMap<string, readonly NewRecord[]>;
  readonly outgoing: ReadonlyMap<string, readonly OutgoingRecord[]>;
}

export function streamedOf(all: readonly Entry[], outcomes: readonly Outcome[], nowMs: number): Streamed {
  const records = new Map<string, NewRecord[]>();
  const outgoing = new Map<string, OutgoingRecord[]>();
  for (const [index, { writes }] of all.entries()) {
    for (const [at, { table, key: place, isExpiry }] of writes.entries()) {
      const outcome = outcomes[index]?.[at];
      const { stream, destination, key } = table.definition;
      if (outcome === undefined || outcome instanceof ServiceError) continue;
      const change = { before: outcome.before, after: outcome.after, isExpired: isExpiry === true };
      if (stream !== undefined)
        add(records, stream.id, recordOf({ key, viewType: stream.viewType }, change, nowMs));
      if (destination !== undefined)
        add(outgoing, destination.id, outgoingRecord(table, place, change, nowMs));
    }
  }
  return { records, outgoing };
}

function add<T>(lists: Map<string, T[]>, id: string, member: T | undefined): void {
  if (member === undefined) return;
  const list = lists.get(id);
  if (list === undefined) lists.set(id, [member]);
  else list.push(member);
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

/** About the characters a write holds: of the item before, of the item after, and of both in each stream. */
export function memoryOf({ table, bytes }: ItemWrite): number {
  const typical = typicalBytes(table.id);
  const { stream, destination } = table.definition;
  const streams = [stream, destination].filter((one) => one !== undefined).length;
  return (typical + (bytes ?? typical)) * (1 + streams);
}
