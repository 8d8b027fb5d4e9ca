import type { AttributeValue } from '../values/attribute-value.ts';
import { areEqual, isScalar, membersOf } from '../values/compare-values.ts';

export function beginsWith(value: AttributeValue, prefix: AttributeValue): boolean {
  if ('S' in value && 'S' in prefix) return value.S.startsWith(prefix.S);
  if ('B' in value && 'B' in prefix) {
    return Buffer.compare(value.B.subarray(0, prefix.B.byteLength), prefix.B) === 0;
  }
  return false;
}

/** A part of a text or of bytes, a member of a set, or an element of a list. */
export function contains(value: AttributeValue, wanted: AttributeValue): boolean {
  if ('S' in value && 'S' in wanted) return value.S.includes(wanted.S);
  if ('B' in value && 'B' in wanted) return Buffer.from(value.B).includes(Buffer.from(wanted.B));
  if ('L' in value) return value.L.some((element) => areEqual(element, wanted));
  return isScalar(wanted) && (membersOf(value) ?? []).some((member) => areEqual(member, wanted));
}

/** Undefined of what has no size. */
export function sizeOf(value: AttributeValue | undefined): AttributeValue | undefined {
  if (value === undefined) return undefined;
  if ('S' in value) return { N: String(value.S.length) };
  if ('B' in value) return { N: String(value.B.byteLength) };
  if ('L' in value) return { N: String(value.L.length) };
  if ('M' in value) return { N: String(Object.keys(value.M).length) };
  const members = membersOf(value);
  return members && { N: String(members.length) };
}
