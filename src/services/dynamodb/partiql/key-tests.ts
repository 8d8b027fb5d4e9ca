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
  const written = comparisonOf(condition);
  const attribute = keyAttribute(written?.subject, schema);
  if (written === undefined || attribute === undefined) return undefined;
  const { operator, operands } = written;
  const given = operands.flatMap((operand) => valueOf(operand, values) ?? []);
  return given.length === operands.length ? { attribute, operator, values: given } : undefined;
}

interface WrittenComparison {
  readonly subject: WrittenOperand | undefined;
  readonly operator: KeyOperator;
  readonly operands: readonly (WrittenOperand | undefined)[];
}

/** With its values behind the operator. Undefined: nothing that an order could answer. */
function comparisonOf(condition: WrittenCondition): WrittenComparison | undefined {
  switch (condition.type) {
    case 'compare': {
      const { comparator, left, right } = condition;
      if (comparator === '<>') return undefined;
      return left.type === 'value'
        ? { subject: right, operator: MIRRORED[comparator], operands: [left] }
        : { subject: left, operator: comparator, operands: [right] };
    }
    case 'between': {
      const { operand: subject, lower, upper } = condition;
      return { subject, operator: 'BETWEEN', operands: [lower, upper] };
    }
    case 'test': {
      if (condition.name !== 'begins_with') return undefined;
      const [subject, prefix] = condition.operands;
      return { subject, operator: 'begins_with', operands: [prefix] };
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
