import { validation } from '../dynamodb-errors.ts';
import type { WrittenCondition } from '../expressions/condition-grammar.ts';
import type { KeyCondition } from '../reads/key-conditions.ts';
import { type KeyRange, keyRange } from '../reads/key-range.ts';
import type { KeySchema, KeyType } from '../tables/table-definition.ts';
import { type AttributeValue, typeOf } from '../values/attribute-value.ts';
import { isSameValue } from './key-tests.ts';
import type { KeyBranch } from './key-branches.ts';
import { namesIn } from './names-in.ts';

/** One range of one partition that a statement reads. */
export interface PlannedRead {
  readonly hash: AttributeValue;
  readonly range: KeyRange;
  /** What the statement asks of its items beside their key. */
  readonly others: readonly WrittenCondition[];
}

interface Keys {
  readonly schema: KeySchema;
  readonly types: Readonly<Record<string, KeyType>>;
}

/**
 * The ranges in which a statement can find something; none of them overlaps another. Undefined: only a scan finds them all.
 * Throws ValidationException for branches that overlap, and for values that no key can have.
 */
export function readPlan(branches: readonly KeyBranch[], keys: Keys): readonly PlannedRead[] | undefined {
  for (const { tests } of branches) for (const test of tests) checkTypes(test, keys.types);
  const reads = branches.map((branch) => plannedRead(branch, keys));
  if (reads.some((read) => read === undefined)) return undefined;
  const found = reads.filter((read) => read !== undefined);
  const byPartition = Map.groupBy(found, ({ range }) => range.hashKey);
  return [...byPartition.values()].flatMap((ofPartition) => withoutOverlaps(ofPartition, keys.schema));
}

/** Undefined: it is of two partitions at once. */
function plannedRead({ tests, others }: KeyBranch, { schema, types }: Keys): PlannedRead | undefined {
  const ofHash = tests.filter(({ attribute }) => attribute === schema.hash);
  const pin = ofHash.find(({ operator }) => operator === '=');
  const [hash] = pin?.values ?? [];
  if (pin === undefined || hash === undefined) return undefined;
  const isOne = ofHash.every(({ operator, values }) => operator === '=' && isSameValue(values[0], hash));
  if (!isOne) return undefined;
  const ranges = tests
    .filter(({ attribute }) => attribute !== schema.hash)
    .map((test) => keyRange(schema, types, [pin, test]));
  const whole = keyRange(schema, types, [pin]);
  return { hash, range: ranges.reduce(intersection, whole), others };
}

function checkTypes({ attribute, values }: KeyCondition, types: Keys['types']): void {
  if (values.every((value) => typeOf(value) === types[attribute])) return;
  throw validation(
    `Key attribute's data type should match its data type in table's schema: Key ${attribute}`,
  );
}

function intersection(one: KeyRange, other: KeyRange): KeyRange {
  const from = tighter(one.from, other.from, 1);
  const to = tighter(one.to, other.to, -1);
  return { hashKey: one.hashKey, ...(from && { from }), ...(to && { to }) };
}

type Bound = KeyRange['from'];

/** @param sign 1: the larger of two is the tighter one */
function tighter(one: Bound, other: Bound, sign: 1 | -1): Bound {
  if (one === undefined || other === undefined) return one ?? other;
  if (one.key === other.key) return one.isInside ? other : one;
  return one.key > other.key === (sign === 1) ? one : other;
}

/** In order. What is excluded of a range instead of asked for makes DynamoDB read its partition once. */
function withoutOverlaps(reads: readonly PlannedRead[], { range: rangeName }: KeySchema): PlannedRead[] {
  const sorted = reads
    .filter(({ range }) => !isEmpty(range))
    .toSorted((a, b) => compareStarts(a.range, b.range));
  const overlaps = sorted.some((read, index) => {
    const next = sorted[index + 1];
    return next !== undefined && reaches(read.range, next.range);
  });
  const [first] = sorted;
  if (!overlaps || first === undefined) return sorted;
  const isExcluding = ({ others }: PlannedRead): boolean =>
    others.some((other) => rangeName !== undefined && namesIn(other).includes(rangeName));
  if (!sorted.some(isExcluding)) {
    throw validation('Overlapping conditions with range keys are not supported in where clause');
  }
  const others = sorted.flatMap((read) => read.others);
  return [{ hash: first.hash, range: { hashKey: first.range.hashKey }, others }];
}

function isEmpty({ from, to }: KeyRange): boolean {
  if (from === undefined || to === undefined) return false;
  return from.key > to.key || (from.key === to.key && !(from.isInside && to.isInside));
}

function compareStarts({ from: a }: KeyRange, { from: b }: KeyRange): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  if (a.key !== b.key) return a.key < b.key ? -1 : 1;
  return Number(b.isInside) - Number(a.isInside);
}

/** Whether one range ends behind the beginning of the next one. */
function reaches({ to }: KeyRange, { from }: KeyRange): boolean {
  if (to === undefined || from === undefined) return true;
  return to.key > from.key || (to.key === from.key && to.isInside && from.isInside);
}
