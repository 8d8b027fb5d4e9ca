import { isDeepStrictEqual } from 'node:util';
import type { WrittenCondition, WrittenOperand } from '../expressions/condition-grammar.ts';
import { keyNames } from '../keys/item-keys.ts';
import type { KeyCondition, KeyOperator } from '../reads/key-conditions.ts';
import type { KeySchema } from '../tables/table-definition.ts';
import type { AttributeValue } from '../values/attribute-value.ts';
import type { StatementValues } from './statement-values.ts';

const MIRRORED = { '=': '=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const;

/** All parts that must hold. */
export function conjuncts(condition: WrittenCondition): WrittenCondition[] {
  return condition.type === 'and'
    ? [...conjuncts(condition.left), ...conjuncts(condition.right)]
    : [condition];
}

/** What a condition asks of one part of a key and of nothing else; undefined: no such thing. */
export function keyTest(
  condition: WrittenCondition,
  schema: KeySchema,
  values: StatementValues,
): KeyCondition | undefined {
  const test = (subject: WrittenOperand | undefined, operator: KeyOperator, operands: readonly unknown[]) => {
    const attribute = keyAttribute(subject, schema);
    const given = operands.flatMap((operand) => valueOf(operand as WrittenOperand | undefined, values) ?? []);
    const isKnown = attribute !== undefined && given.length === operands.length;
    return isKnown ? { attribute, operator, values: given } : undefined;
  };
  switch (condition.type) {
    case 'compare': {
      const { comparator, left, right } = condition;
      if (comparator === '<>') return undefined;
      if (left.type === 'value') return test(right, MIRRORED[comparator], [left]);
      return test(left, comparator, [right]);
    }
    case 'between':
      return test(condition.operand, 'BETWEEN', [condition.lower, condition.upper]);
    case 'test': {
      const [subject, prefix] = condition.operands;
      return condition.name === 'begins_with' ? test(subject, 'begins_with', [prefix]) : undefined;
    }
    case 'in':
    case 'and':
    case 'or':
    case 'not':
      return undefined;
  }
}

/** What `key IN [...]` lists, each value by itself; undefined of other conditions. */
export function keyChoices(
  condition: WrittenCondition,
  schema: KeySchema,
  values: StatementValues,
): readonly KeyCondition[] | undefined {
  if (condition.type !== 'in') return undefined;
  const attribute = keyAttribute(condition.operand, schema);
  const listed = condition.list.flatMap((operand) => valueOf(operand, values) ?? []);
  if (attribute === undefined || listed.length < condition.list.length) return undefined;
  return listed.map((value) => ({ attribute, operator: '=' as const, values: [value] }));
}

export function isSameValue(a: AttributeValue | undefined, b: AttributeValue | undefined): boolean {
  return isDeepStrictEqual(a, b);
}

function keyAttribute(operand: WrittenOperand | undefined, schema: KeySchema): string | undefined {
  if (operand?.type !== 'path' || operand.path.length > 1) return undefined;
  const name = String(operand.path[0]);
  return keyNames(schema).includes(name) ? name : undefined;
}

function valueOf(
  operand: WrittenOperand | undefined,
  values: StatementValues,
): readonly [AttributeValue] | undefined {
  return operand?.type === 'value' ? [values.value('Statement', operand.placeholder)] : undefined;
}
