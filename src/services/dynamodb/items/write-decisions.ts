import { ServiceError } from '../../../model/service-error.ts';
import type { ThroughputLimits } from '../throughput/throughput-limits.ts';
import type { Item } from '../values/attribute-value.ts';
import { type Usage, writeUsage } from './consumed-capacity.ts';
import { type ItemPlace, placeName } from './item-rows.ts';
import type { RequestToken } from './request-tokens.ts';

/** What a write does to one item. */
export interface ItemWrite extends ItemPlace {
  /**
   * The item as it shall be, from the item as it is; undefined: not there. The same object changes nothing. Throws ServiceError to
   * refuse. May be asked more than once.
   */
  readonly decide: (before: Item | undefined) => Item | undefined;
  /** Of the item as it shall be, where that is known before. */
  readonly bytes?: number;
  /** What it deletes has expired. */
  readonly isExpiry?: true;
}

/** One write, or those of a transaction. */
export interface Entry {
  /** To their tables as they are when it is written. */
  writes: readonly ItemWrite[];
  readonly token: RequestToken | undefined;
  /** Of capacity, by the try that was made last. */
  readonly taken: Usage[];
}

export interface Written {
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

/** One answer for each write of a transaction: what was done, or why nothing was. */
export type Outcome = readonly (Written | ServiceError | undefined)[];

type Items = Map<string, Item | undefined>;

/** All writes of an entry, or none: then `current`, items by their places, stays as it is. */
export function decideEntry(
  limits: ThroughputLimits,
  entry: Entry,
  current: Items,
  tables: ReadonlyMap<string, unknown>,
): Outcome {
  // It may be the second try.
  for (const usage of entry.taken.splice(0)) limits.giveBack(usage);
  const outcomes = entry.writes.map((write) => {
    try {
      if (!tables.has(write.table.id)) throw tableIsGone();
      return decideWrite(limits, entry, write, current.get(placeName(write)));
    } catch (error) {
      if (error instanceof ServiceError) return error;
      throw error;
    }
  });
  if (outcomes.some((outcome) => outcome instanceof ServiceError)) {
    return outcomes.map((outcome) => (outcome instanceof ServiceError ? outcome : undefined));
  }
  for (const [index, write] of entry.writes.entries()) {
    const outcome = outcomes[index];
    if (outcome !== undefined && !(outcome instanceof ServiceError)) {
      current.set(placeName(write), outcome.after);
    }
  }
  return outcomes;
}

/** As an item that is not there any more since its table is gone. */
export function tableIsGone(): ServiceError {
  return new ServiceError('ResourceNotFoundException', 'Requested resource not found');
}

/** Takes the capacity for what is written; a write that is refused used what it looked at. */
function decideWrite(
  limits: ThroughputLimits,
  { taken, token }: Entry,
  write: ItemWrite,
  before: Item | undefined,
): Written {
  const { table, decide } = write;
  if (write.isExpiry === true || !limits.isBounded(table)) return { before, after: decide(before) };
  const take = (after: Item | undefined): void => {
    const usage = writeUsage({ table, before, after }, token === undefined ? 1 : 2);
    limits.takeWrite(usage);
    taken.push(usage);
  };
  limits.admitWrite(table);
  let after: Item | undefined;
  try {
    after = decide(before);
  } catch (error) {
    take(before);
    throw error;
  }
  take(after);
  return { before, after };
}
