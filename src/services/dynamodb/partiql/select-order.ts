import { validation } from '../dynamodb-errors.ts';
import { shownPath } from '../expressions/document-path.ts';
import { keyNames } from '../keys/item-keys.ts';
import type { KeySchema } from '../tables/table-definition.ts';
import { compareValues } from '../values/compare-values.ts';
import type { PlannedRead } from './read-plan.ts';
import type { WrittenSelect } from './written-statement.ts';

interface OrderedReads {
  readonly reads: readonly PlannedRead[];
  readonly isForward: boolean;
}

/**
 * Partitions by their keys, and whether each is read forward. With ORDER BY, sort keys that it does not name come backward.
 * Throws ValidationException for an order in which no index stands.
 */
export function orderedReads(
  { order, where }: WrittenSelect,
  reads: readonly PlannedRead[] | undefined,
  schema: KeySchema,
): OrderedReads | undefined {
  if (order.length === 0) return reads && { reads: byPartition(reads, false, true), isForward: true };
  if (where === undefined) {
    throw validation('Must have WHERE clause in the statement when using ORDER BY clause.');
  }
  const terms = new Map(order.map(({ path, isDescending }) => [orderName(path, schema), isDescending]));
  if (reads === undefined) {
    throw validation(
      'Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause.',
    );
  }
  const partitions = new Set(reads.map(({ range }) => range.hashKey));
  const ofHash = terms.get(schema.hash);
  if (partitions.size > 1 && ofHash === undefined) {
    throw validation(
      'Must have hash key in ORDER BY clause when more than one hash key condition specified in WHERE clause.',
    );
  }
  const isForward = terms.get(schema.range ?? '') === false;
  return { reads: byPartition(reads, ofHash === true, isForward), isForward };
}

function orderName(path: WrittenSelect['order'][number]['path'], schema: KeySchema): string {
  const [name = '', ...steps] = path;
  if (steps.length === 0 && keyNames(schema).includes(String(name))) return String(name);
  const shown = steps.length === 0 ? name : shownPath([String(name), ...steps]);
  throw validation(`Attribute ${shown} in ORDER BY clause must be part of the primary key`);
}

/** Ranges of one partition are in their order already. */
function byPartition(
  reads: readonly PlannedRead[],
  isDescending: boolean,
  isForward: boolean,
): readonly PlannedRead[] {
  const inside = isForward ? reads : reads.toReversed();
  const sign = isDescending ? -1 : 1;
  return inside.toSorted((a, b) => sign * (compareValues(a.hash, b.hash) ?? 0));
}
