import { invalidParameter, validation } from '../dynamodb-errors.ts';
import { type AttributeType, type AttributeValue, attributeOf, typeOf } from '../values/attribute-value.ts';
import { checkedValue } from '../values/check-values.ts';
import { areEqual, compareValues } from '../values/compare-values.ts';
import type { Condition } from './condition.ts';
import { beginsWith, contains } from './condition-functions.ts';

/** One attribute's part of Expected, QueryFilter, ScanFilter or KeyConditions. */
export interface LegacyCondition {
  readonly ComparisonOperator?: string | undefined;
  readonly AttributeValueList?: readonly AttributeValue[] | undefined;
  /** Of Expected alone. */
  readonly Value?: AttributeValue | undefined;
  readonly Exists?: boolean | undefined;
}

export type LegacyConditions = Readonly<Record<string, LegacyCondition>>;

type Test = (value: AttributeValue | undefined, wanted: readonly AttributeValue[]) => boolean;

interface Operator {
  /** How many values it takes; at least one where it is not said. */
  readonly count?: number;
  readonly holds: Test;
}

const ordered =
  (accepts: (order: number) => boolean): Test =>
  (value, [wanted]) => {
    const order = value && wanted && compareValues(value, wanted);
    return order !== undefined && accepts(order);
  };

const OPERATORS: Readonly<Record<string, Operator>> = {
  EQ: { count: 1, holds: (value, [wanted]) => isSame(value, wanted) },
  NE: { count: 1, holds: (value, [wanted]) => !isSame(value, wanted) },
  LE: { count: 1, holds: ordered((order) => order <= 0) },
  LT: { count: 1, holds: ordered((order) => order < 0) },
  GE: { count: 1, holds: ordered((order) => order >= 0) },
  GT: { count: 1, holds: ordered((order) => order > 0) },
  IN: { holds: (value, wanted) => wanted.some((one) => isSame(value, one)) },
  BETWEEN: {
    count: 2,
    holds: (value, [low, high]) =>
      ordered((order) => order >= 0)(value, low ? [low] : []) &&
      ordered((order) => order <= 0)(value, high ? [high] : []),
  },
  NULL: { count: 0, holds: (value) => value === undefined },
  NOT_NULL: { count: 0, holds: (value) => value !== undefined },
  CONTAINS: { count: 1, holds: (value, [wanted]) => isWithin(value, wanted) },
  NOT_CONTAINS: { count: 1, holds: (value, [wanted]) => value !== undefined && !isWithin(value, wanted) },
  BEGINS_WITH: {
    count: 1,
    holds: (value, [wanted]) => value !== undefined && wanted !== undefined && beginsWith(value, wanted),
  },
};
const ORDERED: readonly AttributeType[] = ['S', 'N', 'B'];
const SINGLE: readonly AttributeType[] = [...ORDERED, 'BOOL', 'NULL'];
/** What operators can be given; every type where it is not said. */
const TYPES: Readonly<Record<string, readonly AttributeType[]>> = {
  LE: ORDERED,
  LT: ORDERED,
  GE: ORDERED,
  GT: ORDERED,
  BETWEEN: ORDERED,
  IN: ORDERED,
  CONTAINS: SINGLE,
  NOT_CONTAINS: SINGLE,
  BEGINS_WITH: ['S', 'B'],
};

/** Conditions of before there were expressions. Throws ValidationException. */
export function bindLegacyConditions(
  conditions: LegacyConditions,
  conditionalOperator: string | undefined,
): Condition {
  const bound = Object.entries(conditions).map(([name, condition]): Condition => {
    const { operator, values } = checkedLegacy(name, condition);
    const { holds } = OPERATORS[operator] ?? { holds: () => false };
    return (item) => holds(attributeOf(item, name), values);
  });
  return conditionalOperator === 'OR'
    ? (item) => bound.some((condition) => condition(item))
    : (item) => bound.every((condition) => condition(item));
}

/** As an operator and its values, whichever way it was written. Throws ValidationException. */
export function checkedLegacy(
  name: string,
  { ComparisonOperator, AttributeValueList, Value, Exists }: LegacyCondition,
): { readonly operator: string; readonly values: readonly AttributeValue[] } {
  if (ComparisonOperator === undefined) return existence(name, Value, Exists, AttributeValueList);
  if (Value !== undefined && AttributeValueList !== undefined) {
    throw invalidParameter(`Value and AttributeValueList cannot be used together for Attribute: ${name}`);
  }
  if (Exists !== undefined) {
    throw invalidParameter(`Exists and ComparisonOperator cannot be used together for Attribute: ${name}`);
  }
  const given = Value === undefined ? (AttributeValueList ?? []) : [Value];
  const values = given.map((value) => checkedValue(value));
  checkCount(ComparisonOperator, values);
  checkTypes(ComparisonOperator, values);
  return { operator: ComparisonOperator, values };
}

function existence(
  name: string,
  value: AttributeValue | undefined,
  exists: boolean | undefined,
  list: unknown,
): { operator: string; values: readonly AttributeValue[] } {
  if (list !== undefined) {
    throw invalidParameter(
      `AttributeValueList can only be used with a ComparisonOperator for Attribute: ${name}`,
    );
  }
  if (exists === false) {
    if (value === undefined) return { operator: 'NULL', values: [] };
    throw invalidParameter(`Value cannot be used when Exists is set to false for Attribute: ${name}`);
  }
  if (value !== undefined) return { operator: 'EQ', values: [checkedValue(value)] };
  throw invalidParameter(
    exists === true
      ? `Value must be provided when Exists is set to true for Attribute: ${name}`
      : `Value or ComparisonOperator must be provided for Attribute: ${name}`,
  );
}

function checkCount(operator: string, values: readonly AttributeValue[]): void {
  const { count } = OPERATORS[operator] ?? {};
  if (count === undefined ? values.length > 0 : values.length === count) return;
  throw invalidParameter(`Invalid number of argument(s) for the ${operator} ComparisonOperator`);
}

function checkTypes(operator: string, values: readonly AttributeValue[]): void {
  const types = values.map(typeOf);
  const [first] = types;
  const wrong = types.find((type) => TYPES[operator]?.includes(type) === false);
  if (wrong !== undefined) {
    throw invalidParameter(`ComparisonOperator ${operator} is not valid for ${wrong} AttributeValue type`);
  }
  if (types.some((type) => type !== first)) {
    throw invalidParameter('AttributeValues inside AttributeValueList must be of same type');
  }
  const [low, high] = values;
  if (operator !== 'BETWEEN' || low === undefined || high === undefined) return;
  if ((compareValues(low, high) ?? 0) <= 0) return;
  throw validation(
    'The BETWEEN condition was provided a range where the lower bound is greater than the upper bound',
  );
}

function isSame(value: AttributeValue | undefined, wanted: AttributeValue | undefined): boolean {
  return value !== undefined && wanted !== undefined && areEqual(value, wanted);
}

function isWithin(value: AttributeValue | undefined, wanted: AttributeValue | undefined): boolean {
  return value !== undefined && wanted !== undefined && contains(value, wanted);
}
