import {
  ATTRIBUTE_TYPES,
  type AttributeType,
  type AttributeValue,
  type Item,
  typeOf,
} from '../values/attribute-value.ts';
import { areEqual, compareValues } from '../values/compare-values.ts';
import type { Comparator, TestName, WrittenCondition, WrittenOperand } from './condition-grammar.ts';
import { beginsWith, contains, sizeOf } from './condition-functions.ts';
import { type DocumentPath, shownPath, valueAt } from './document-path.ts';
import { type ExpressionKind, invalidExpression } from './expression-error.ts';
import { checkOperandType, shownValue } from './operand-types.ts';
import type { ExpressionBindings } from './placeholders.ts';

/** Whether it holds for an item; an item that is not there has no attributes. */
export type Condition = (item: Item) => boolean;

type Operand = (item: Item) => AttributeValue | undefined;

interface Binding {
  readonly kind: ExpressionKind;
  readonly placeholders: ExpressionBindings;
  /** Called for each attribute the condition looks at. */
  readonly onPath: (path: DocumentPath) => void;
}

const ORDERED: readonly AttributeType[] = ['S', 'N', 'B'];
const SIZED: readonly AttributeType[] = ['S', 'B', 'SS', 'NS', 'BS', 'L', 'M'];

/** Puts in what the placeholders stand for. Throws ValidationException for what no item could make true or false. */
export function bindCondition(
  written: WrittenCondition,
  kind: ExpressionKind,
  placeholders: ExpressionBindings,
  onPath: (path: DocumentPath) => void = () => {},
): Condition {
  return bind(written, { kind, placeholders, onPath });
}

function bind(written: WrittenCondition, binding: Binding): Condition {
  switch (written.type) {
    case 'and':
    case 'or': {
      const left = bind(written.left, binding);
      const right = bind(written.right, binding);
      return written.type === 'and'
        ? (item) => left(item) && right(item)
        : (item) => left(item) || right(item);
    }
    case 'not': {
      const condition = bind(written.condition, binding);
      return (item) => !condition(item);
    }
    case 'compare':
      return bindComparison(written, binding);
    case 'between':
      return bindBetween(written, binding);
    case 'in': {
      const operand = bindOperand(written.operand, binding);
      const list = written.list.map((listed) => bindOperand(listed, binding));
      return (item) => {
        const value = operand(item);
        return value !== undefined && list.some((listed) => isEqual(value, listed(item)));
      };
    }
    case 'test':
      return bindTest(written.name, written.operands, binding);
  }
}

function bindComparison(
  { comparator, left, right }: Extract<WrittenCondition, { type: 'compare' }>,
  binding: Binding,
): Condition {
  if (comparator !== '=' && comparator !== '<>') {
    for (const operand of [left, right]) checkType(operand, comparator, ORDERED, binding);
  }
  const [one, other] = [bindOperand(left, binding), bindOperand(right, binding)];
  checkDistinct(comparator, left, right, binding);
  const holds = COMPARISONS[comparator];
  return (item) => holds(one(item), other(item));
}

const isEqual = (a: AttributeValue | undefined, b: AttributeValue | undefined): boolean =>
  a !== undefined && b !== undefined && areEqual(a, b);

const ordered =
  (holds: (order: number) => boolean) =>
  (a: AttributeValue | undefined, b: AttributeValue | undefined): boolean => {
    const order = a === undefined || b === undefined ? undefined : compareValues(a, b);
    return order !== undefined && holds(order);
  };

const COMPARISONS: Readonly<
  Record<Comparator, (a: AttributeValue | undefined, b: AttributeValue | undefined) => boolean>
> = {
  '=': isEqual,
  '<>': (a, b) => !isEqual(a, b),
  '<': ordered((order) => order < 0),
  '<=': ordered((order) => order <= 0),
  '>': ordered((order) => order > 0),
  '>=': ordered((order) => order >= 0),
};

function bindBetween(
  { operand, lower, upper }: Extract<WrittenCondition, { type: 'between' }>,
  binding: Binding,
): Condition {
  for (const given of [operand, lower, upper]) checkType(given, 'BETWEEN', ORDERED, binding);
  const [value, low, high] = [operand, lower, upper].map((given) => bindOperand(given, binding));
  if (lower.type === 'value' && upper.type === 'value') {
    const { kind, placeholders } = binding;
    checkBounds(
      kind,
      placeholders.value(kind, lower.placeholder),
      placeholders.value(kind, upper.placeholder),
    );
  }
  return (item) =>
    COMPARISONS['>='](value?.(item), low?.(item)) && COMPARISONS['<='](value?.(item), high?.(item));
}

/** Throws ValidationException for bounds between which nothing can be. */
export function checkBounds(kind: ExpressionKind, lower: AttributeValue, upper: AttributeValue): void {
  const order = compareValues(lower, upper);
  if (order !== undefined && order <= 0) return;
  const problem =
    order === undefined
      ? 'requires same data type for lower and upper bounds'
      : 'requires upper bound to be greater than or equal to lower bound';
  throw invalidExpression(
    kind,
    `The BETWEEN operator ${problem}; lower bound operand: ${shownValue(lower)}, upper bound operand: ${shownValue(upper)}`,
  );
}

function bindTest(name: TestName, operands: readonly WrittenOperand[], binding: Binding): Condition {
  const [first, second] = operands;
  if (first === undefined) return () => false;
  const subject = bindOperand(first, binding);
  if (name === 'attribute_exists' || name === 'attribute_not_exists') {
    requirePath(name, first, binding);
    const isWanted = name === 'attribute_exists';
    return (item) => (subject(item) !== undefined) === isWanted;
  }
  if (second === undefined) return () => false;
  if (name === 'attribute_type') return bindTypeTest(first, second, subject, binding);
  if (name === 'begins_with') {
    for (const operand of operands) checkType(operand, name, ['S', 'B'], binding);
  }
  const object = bindOperand(second, binding);
  checkDistinct(name, first, second, binding);
  const holds = name === 'begins_with' ? beginsWith : contains;
  return (item) => {
    const [value, wanted] = [subject(item), object(item)];
    return value !== undefined && wanted !== undefined && holds(value, wanted);
  };
}

function bindTypeTest(
  first: WrittenOperand,
  second: WrittenOperand,
  subject: Operand,
  binding: Binding,
): Condition {
  requirePath('attribute_type', first, binding);
  checkType(second, 'attribute_type', ['S'], binding);
  const wanted = bindOperand(second, binding)({});
  const type = wanted !== undefined && 'S' in wanted ? wanted.S : '';
  if (!ATTRIBUTE_TYPES.some((known) => known === type)) {
    throw invalidExpression(
      binding.kind,
      `Invalid attribute type name found; type: ${type}, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}`,
    );
  }
  return (item) => {
    const value = subject(item);
    return value !== undefined && typeOf(value) === type;
  };
}

function bindOperand(written: WrittenOperand, binding: Binding): Operand {
  const { kind, placeholders } = binding;
  switch (written.type) {
    case 'path': {
      const path = placeholders.path(kind, written.path);
      binding.onPath(path);
      return (item) => valueAt(item, path);
    }
    case 'value': {
      const value = placeholders.value(kind, written.placeholder);
      return () => value;
    }
    case 'size': {
      checkType(written.of, 'size', SIZED, binding);
      const of = bindOperand(written.of, binding);
      return (item) => sizeOf(of(item));
    }
    case 'condition': {
      const condition = bind(written.condition, binding);
      return (item) => ({ BOOL: condition(item) });
    }
  }
}

function checkType(
  operand: WrittenOperand,
  operator: string,
  allowed: readonly AttributeType[],
  { kind, placeholders }: Binding,
): void {
  if (operand.type !== 'value') return;
  checkOperandType(kind, operator, placeholders.value(kind, operand.placeholder), allowed);
}

function requirePath(name: string, operand: WrittenOperand, { kind }: Binding): void {
  if (operand.type === 'path') return;
  throw invalidExpression(
    kind,
    `Operator or function requires a document path; operator or function: ${name}`,
  );
}

function checkDistinct(
  operator: string,
  first: WrittenOperand,
  second: WrittenOperand,
  { kind, placeholders }: Binding,
): void {
  if (first.type !== 'path' || second.type !== 'path') return;
  const shown = shownPath(placeholders.path(kind, first.path));
  if (shown !== shownPath(placeholders.path(kind, second.path))) return;
  throw invalidExpression(
    kind,
    `The first operand must be distinct from the remaining operands for this operator or function; operator: ${operator}, first operand: ${shown}`,
  );
}
