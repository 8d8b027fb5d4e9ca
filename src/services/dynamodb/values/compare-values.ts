import { type AttributeValue, type Item, typeOf } from './attribute-value.ts';
import { compareDecimals, parseDecimal } from './decimal.ts';

/** Values that have an order: texts by their UTF-8 bytes, numbers by size, binary values by bytes. */
export type Scalar = Extract<AttributeValue, { S: string } | { N: string } | { B: Uint8Array }>;

export function isScalar(value: AttributeValue): value is Scalar {
  return 'S' in value || 'N' in value || 'B' in value;
}

/** Undefined: of different types, or without an order. */
export function compareValues(a: AttributeValue, b: AttributeValue): number | undefined {
  if ('S' in a && 'S' in b) return compareTexts(a.S, b.S);
  if ('N' in a && 'N' in b) return a.N === b.N ? 0 : compareDecimals(parseDecimal(a.N), parseDecimal(b.N));
  if ('B' in a && 'B' in b) return Buffer.compare(a.B, b.B);
  return undefined;
}

/** As `=` compares: type and content, sets whatever their order. */
export function areEqual(a: AttributeValue, b: AttributeValue): boolean {
  if (typeOf(a) !== typeOf(b)) return false;
  if ('M' in a && 'M' in b) return areEqualItems(a.M, b.M);
  if ('L' in a && 'L' in b) return areEqualLists(a.L, b.L);
  if ('BOOL' in a && 'BOOL' in b) return a.BOOL === b.BOOL;
  if ('NULL' in a) return true;
  const members = membersOf(a);
  if (members === undefined) return compareValues(a, b) === 0;
  const others = new Set(membersOf(b)?.map(memberKey));
  return members.length === others.size && members.every((member) => others.has(memberKey(member)));
}

/** The members of a set as values of their own; undefined of everything else. */
export function membersOf(value: AttributeValue): Scalar[] | undefined {
  if ('SS' in value) return value.SS.map((S) => ({ S }));
  if ('NS' in value) return value.NS.map((N) => ({ N }));
  if ('BS' in value) return value.BS.map((B) => ({ B }));
  return undefined;
}

/** Equal for members that are equal, among those of one type. */
export function memberKey(member: Scalar): string {
  if ('S' in member) return member.S;
  if ('N' in member) return member.N;
  return Buffer.from(member.B).toString('latin1');
}

function areEqualItems(a: Item, b: Item): boolean {
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => {
    const [one, other] = [a[name], Object.hasOwn(b, name) ? b[name] : undefined];
    return one !== undefined && other !== undefined && areEqual(one, other);
  });
}

function areEqualLists(a: readonly AttributeValue[], b: readonly AttributeValue[]): boolean {
  if (a.length !== b.length) return false;
  return a.every((value, index) => {
    const other = b[index];
    return other !== undefined && areEqual(value, other);
  });
}

/** By code points, which is the order of UTF-8; JavaScript's own is that of UTF-16 units. */
export function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  let index = 0;
  while (index < length && a.charCodeAt(index) === b.charCodeAt(index)) index += 1;
  if (index === length) return a.length - b.length;
  const [one, other] = [a.charCodeAt(index), b.charCodeAt(index)];
  // Surrogates stand for what comes after all other units.
  if (isSurrogate(one) !== isSurrogate(other)) return isSurrogate(one) ? 1 : -1;
  return one - other;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}
