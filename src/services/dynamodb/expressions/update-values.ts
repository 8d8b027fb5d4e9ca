import { validation } from '../dynamodb-errors.ts';
import type { AttributeValue, Item } from '../values/attribute-value.ts';
import { memberKey, membersOf } from '../values/compare-values.ts';
import { addDecimals, formatDecimal, negated, parseDecimal } from '../values/decimal.ts';
import type { DocumentPath } from './document-path.ts';

/** One clause of an update. */
export type Change =
  | { readonly type: 'set'; readonly path: DocumentPath; readonly valueOf: (item: Item) => AttributeValue }
  | { readonly type: 'remove'; readonly path: DocumentPath }
  | { readonly type: 'add' | 'delete'; readonly path: DocumentPath; readonly value: AttributeValue };

/** Throws ValidationException: an item does not have what an update reads. */
export function missingOperand(): never {
  throw validation('The provided expression refers to an attribute that does not exist in the item');
}

export function wrongOperand(): never {
  throw validation('An operand in the update expression has an incorrect data type');
}

/** As `wrongOperand`, of an update without expressions. */
export function wrongType(): never {
  throw validation('Type mismatch for attribute to update');
}

export function listAppended(left: AttributeValue, right: AttributeValue): AttributeValue {
  return 'L' in left && 'L' in right ? { L: [...left.L, ...right.L] } : wrongOperand();
}

export function summed(left: AttributeValue, right: AttributeValue, operator: '+' | '-'): AttributeValue {
  if (!('N' in left) || !('N' in right)) return wrongOperand();
  const other = parseDecimal(right.N);
  const sum = addDecimals(parseDecimal(left.N), operator === '+' ? other : negated(other));
  return { N: formatDecimal(sum) };
}

/** A number and another, a set with the members of another, or, without expressions, a list and another behind it. */
export function added(
  before: AttributeValue | undefined,
  value: AttributeValue,
  onMismatch: () => never = wrongOperand,
): AttributeValue {
  if (before === undefined) return value;
  if ('N' in before && 'N' in value) return summed(before, value, '+');
  if ('L' in before && 'L' in value) return listAppended(before, value);
  if ('SS' in before && 'SS' in value) return { SS: [...new Set([...before.SS, ...value.SS])] };
  if ('NS' in before && 'NS' in value) return { NS: [...new Set([...before.NS, ...value.NS])] };
  if ('BS' in before && 'BS' in value) {
    const known = new Set(membersOf(before)?.map(memberKey));
    return { BS: [...before.BS, ...value.BS.filter((B) => !known.has(memberKey({ B })))] };
  }
  return onMismatch();
}

/** A set without the members of another; undefined when nothing is left of it. */
export function withoutMembers(
  before: AttributeValue,
  value: AttributeValue,
  onMismatch: () => never = wrongOperand,
): AttributeValue | undefined {
  const gone = new Set(membersOf(value)?.map(memberKey));
  const left = <T extends AttributeValue>(kept: readonly unknown[], set: T): T | undefined =>
    kept.length === 0 ? undefined : set;
  if ('SS' in before && 'SS' in value) {
    const SS = before.SS.filter((S) => !gone.has(S));
    return left(SS, { SS });
  }
  if ('NS' in before && 'NS' in value) {
    const NS = before.NS.filter((N) => !gone.has(N));
    return left(NS, { NS });
  }
  if ('BS' in before && 'BS' in value) {
    const BS = before.BS.filter((B) => !gone.has(memberKey({ B })));
    return left(BS, { BS });
  }
  return onMismatch();
}
