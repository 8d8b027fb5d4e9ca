import type { Comparison, EventPattern } from './event-pattern.ts';

/** What one choice from every `$or` asks of an object, by member. */
export type Demand = ReadonlyMap<string, MemberDemand>;

export interface MemberDemand {
  /** Each list: the value must be one of them. */
  readonly lists: readonly (readonly Comparison[])[];
  readonly inner: Demand | undefined;
}

/**
 * Writes a pattern out as one without `$or` for every way to choose. What several parts ask of one member comes together
 * there: they have to mean the same element of an array.
 */
export function expandPattern(pattern: EventPattern): Demand[] {
  let demands: Demand[] = [new Map()];
  for (const field of pattern.fields) {
    const options: MemberDemand[] =
      'inner' in field
        ? expandPattern(field.inner).map((inner) => ({ lists: [], inner }))
        : [{ lists: [field.anyOf], inner: undefined }];
    demands = combine(
      demands,
      options.map((option) => new Map([[field.name, option]])),
    );
  }
  for (const choices of pattern.alternatives) demands = combine(demands, choices.flatMap(expandPattern));
  return demands;
}

/** As many as `expandPattern` makes. */
export function countDemands({ fields, alternatives }: EventPattern): number {
  let count = 1;
  for (const field of fields) if ('inner' in field) count *= countDemands(field.inner);
  for (const choices of alternatives) {
    count *= choices.reduce((sum, choice) => sum + countDemands(choice), 0);
  }
  return count;
}

function combine(first: readonly Demand[], second: readonly Demand[]): Demand[] {
  return first.flatMap((one) => second.map((other) => merge(one, other)));
}

function merge(one: Demand, other: Demand): Demand {
  const merged = new Map(one);
  for (const [name, demand] of other) {
    const present = merged.get(name);
    merged.set(name, present === undefined ? demand : both(present, demand));
  }
  return merged;
}

function both(one: MemberDemand, other: MemberDemand): MemberDemand {
  const isInOne = one.inner === undefined || other.inner === undefined;
  return {
    lists: [...one.lists, ...other.lists],
    inner: isInOne ? (one.inner ?? other.inner) : merge(one.inner, other.inner),
  };
}
