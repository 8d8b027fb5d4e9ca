import { validation } from '../dynamodb-errors.ts';
import { checkBounds } from '../expressions/condition.ts';
import type { WrittenCondition, WrittenOperand } from '../expressions/condition-grammar.ts';
import { invalidExpression } from '../expressions/expression-error.ts';
import { checkedLegacy, type LegacyConditions } from '../expressions/legacy-condition.ts';
import type { Placeholders } from '../expressions/placeholders.ts';
import { checkOperandType } from '../expressions/operand-types.ts';
import type { AttributeType, AttributeValue } from '../values/attribute-value.ts';

/** What a query asks of one attribute of a key. Values: two for BETWEEN, else one. */
export interface KeyCondition {
  readonly attribute: string;
  readonly operator: KeyOperator;
  readonly values: readonly AttributeValue[];
}

export type KeyOperator = '=' | '<' | '<=' | '>' | '>=' | 'BETWEEN' | 'begins_with';

const KIND = 'KeyConditionExpression';
const MIRRORED = { '=': '=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const;
const ORDERED: readonly AttributeType[] = ['S', 'N', 'B'];
/** What keys of any type can be compared with so. */
const OPERANDS: Readonly<Partial<Record<KeyOperator, readonly AttributeType[]>>> = {
  '<': ORDERED,
  '<=': ORDERED,
  '>': ORDERED,
  '>=': ORDERED,
  BETWEEN: ORDERED,
  begins_with: ['S', 'B'],
};
const LEGACY: Readonly<Record<string, KeyOperator>> = {
  EQ: '=',
  LT: '<',
  LE: '<=',
  GT: '>',
  GE: '>=',
  BETWEEN: 'BETWEEN',
  BEGINS_WITH: 'begins_with',
};

/** Conditions on attributes, each at most once. Throws ValidationException for what no key condition can be. */
export function keyConditions(written: WrittenCondition, placeholders: Placeholders): KeyCondition[] {
  const conditions = conjuncts(written).map((part) => keyCondition(part, placeholders));
  const names = conditions.map(({ attribute }) => attribute);
  if (new Set(names).size < names.length) {
    throw invalidExpression(KIND, 'KeyConditionExpressions must only contain one condition per key');
  }
  return conditions;
}

export function legacyKeyConditions(conditions: LegacyConditions): KeyCondition[] {
  const count = Object.keys(conditions).length;
  if (count < 1 || count > 2) throw validation('Conditions can be of length 1 or 2 only');
  return Object.entries(conditions).map(([attribute, given]) => {
    const { operator, values } = checkedLegacy(attribute, given);
    const known = LEGACY[operator];
    if (known !== undefined) return { attribute, operator: known, values };
    throw validation(`Attempted conditional constraint is not an indexable operation`);
  });
}

function conjuncts(written: WrittenCondition): WrittenCondition[] {
  return written.type === 'and' ? [...conjuncts(written.left), ...conjuncts(written.right)] : [written];
}

function keyCondition(written: WrittenCondition, placeholders: Placeholders): KeyCondition {
  switch (written.type) {
    case 'compare': {
      const { comparator, left, right } = written;
      if (comparator === '<>') throw notForKeys('<>');
      if (left.type === 'value') {
        return condition(right, MIRRORED[comparator], [left], placeholders, comparator);
      }
      return condition(left, comparator, [right], placeholders);
    }
    case 'between': {
      const found = condition(written.operand, 'BETWEEN', [written.lower, written.upper], placeholders);
      const [lower, upper] = found.values;
      if (lower !== undefined && upper !== undefined) checkBounds(KIND, lower, upper);
      return found;
    }
    case 'test': {
      if (written.name !== 'begins_with') throw notForKeys(written.name);
      const [subject, prefix] = written.operands;
      if (subject === undefined || prefix === undefined) throw notForKeys(written.name);
      return condition(subject, 'begins_with', [prefix], placeholders);
    }
    case 'in':
      throw notForKeys('IN');
    case 'and':
    case 'or':
    case 'not':
      throw notForKeys(written.type.toUpperCase());
  }
}

function condition(
  subject: WrittenOperand,
  operator: KeyOperator,
  operands: readonly WrittenOperand[],
  placeholders: Placeholders,
  written: string = operator,
): KeyCondition {
  if (subject.type === 'size') throw notForKeys('size');
  if (subject.type !== 'path') throw unsupported();
  const path = placeholders.path(KIND, subject.path);
  if (path.length > 1) {
    throw invalidExpression(KIND, 'KeyConditionExpressions cannot have conditions on nested attributes');
  }
  const allowed = OPERANDS[operator];
  const values = operands.map((operand) => {
    if (operand.type !== 'value') throw unsupported();
    const value = placeholders.value(KIND, operand.placeholder);
    if (allowed !== undefined) checkOperandType(KIND, written, value, allowed);
    return value;
  });
  return { attribute: path[0], operator, values };
}

function notForKeys(operator: string): Error {
  return invalidExpression(KIND, `Invalid operator used in ${KIND}: ${operator}`);
}

function unsupported(): Error {
  return invalidExpression(
    KIND,
    'Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition',
  );
}
