import { validation } from '../dynamodb-errors.ts';
import { encodeHash, encodeRange, endOfPrefix } from '../keys/key-encoding.ts';
import type { KeySchema, KeyType } from '../tables/table-definition.ts';
import { type AttributeValue, typeOf } from '../values/attribute-value.ts';
import { isScalar, type Scalar } from '../values/compare-values.ts';
import type { KeyCondition } from './key-conditions.ts';

/** One partition, and the encoded range keys in it that a query is about. */
export interface KeyRange {
  readonly hashKey: string;
  /** The first, and whether it belongs to it. */
  readonly from?: { readonly key: string; readonly isInside: boolean };
  readonly to?: { readonly key: string; readonly isInside: boolean };
}

/** Throws ValidationException when the conditions do not name a partition, or are about what is no part of the key. */
export function keyRange(
  schema: KeySchema,
  types: Readonly<Record<string, KeyType>>,
  conditions: readonly KeyCondition[],
): KeyRange {
  const ofHash = conditions.find(({ attribute }) => attribute === schema.hash);
  if (ofHash === undefined) throw validation(`Query condition missed key schema element: ${schema.hash}`);
  const most = schema.range === undefined ? 1 : 2;
  if (conditions.length > 2) {
    throw validation(
      `The number of query conditions (${conditions.length}) exceeds the number of key attributes defined in the schema (${most})`,
    );
  }
  const ofRange = conditions.find((condition) => condition !== ofHash);
  if (ofRange !== undefined && ofRange.attribute !== schema.range) {
    throw validation(
      schema.range === undefined
        ? 'Query key condition not supported'
        : `Query condition missed key schema element: ${schema.range}`,
    );
  }
  if (ofHash.operator !== '=') throw validation('Query key condition not supported');
  const [hash] = scalars(ofHash, types);
  const hashKey = hash === undefined ? '' : encodeHash(hash);
  return ofRange === undefined ? { hashKey } : { hashKey, ...bounds(ofRange, types) };
}

function bounds(
  condition: KeyCondition,
  types: Readonly<Record<string, KeyType>>,
): Pick<KeyRange, 'from' | 'to'> {
  const [first, second] = scalars(condition, types);
  if (first === undefined) return {};
  const key = encodeRange(first);
  switch (condition.operator) {
    case '=':
      return { from: { key, isInside: true }, to: { key, isInside: true } };
    case '<':
    case '<=':
      return { to: { key, isInside: condition.operator === '<=' } };
    case '>':
    case '>=':
      return { from: { key, isInside: condition.operator === '>=' } };
    case 'BETWEEN':
      return {
        from: { key, isInside: true },
        ...(second !== undefined && { to: { key: encodeRange(second), isInside: true } }),
      };
    case 'begins_with': {
      const end = endOfPrefix(first);
      return {
        from: { key, isInside: true },
        ...(end !== undefined && { to: { key: end, isInside: false } }),
      };
    }
  }
}

function scalars(
  { attribute, operator, values }: KeyCondition,
  types: Readonly<Record<string, KeyType>>,
): Scalar[] {
  return values.map((value) => {
    checkType(attribute, operator, value, types[attribute]);
    if (!isScalar(value)) throw new TypeError('a key of a type that has no order');
    return value;
  });
}

function checkType(
  attribute: string,
  operator: string,
  value: AttributeValue,
  expected: KeyType | undefined,
): void {
  if (operator === 'begins_with' && 'N' in value) {
    throw validation(
      'One or more parameter values were invalid: ComparisonOperator BEGINS_WITH is not valid for N AttributeValue type',
    );
  }
  if (typeOf(value) !== expected) {
    throw validation(
      'One or more parameter values were invalid: Condition parameter type does not match schema type',
    );
  }
  const isEmpty = ('S' in value && value.S === '') || ('B' in value && value.B.byteLength === 0);
  if (!isEmpty) return;
  const kind = 'S' in value ? 'string' : 'binary';
  throw validation(
    `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ${kind} value. Key: ${attribute}`,
  );
}
