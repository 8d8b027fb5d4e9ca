import { validation } from '../dynamodb-errors.ts';
import type { TestName, WrittenCondition, WrittenOperand } from '../expressions/condition-grammar.ts';
import type { AttributeType } from '../values/attribute-value.ts';
import { unsupportedAt } from './statement-error.ts';
import type { StatementValues } from './statement-values.ts';
import type { Expression, ExpressionOf } from './written-statement.ts';

const TESTS: Readonly<Record<TestName, number>> = {
  attribute_exists: 1,
  attribute_not_exists: 1,
  attribute_type: 2,
  begins_with: 2,
  contains: 2,
};
/** What IS asks for, in DynamoDB's types. */
const TYPES: ReadonlyMap<string, AttributeType> = new Map([
  ['null', 'NULL'],
  ['bool', 'BOOL'],
  ['boolean', 'BOOL'],
  ['string', 'S'],
  ['numeric', 'N'],
  ['blob', 'B'],
  ['list', 'L'],
  ['struct', 'M'],
  ['tuple', 'M'],
]);
const CONDITIONS: ReadonlySet<string> = new Set<ConditionType>([
  'and',
  'or',
  'not',
  'compare',
  'between',
  'in',
  'is',
  'call',
]);
const MOST_LISTED = 100;

/** A condition of a statement as one of DynamoDB's own conditions. Throws ValidationException for what those cannot say. */
export function statementCondition(expression: Expression, values: StatementValues): WrittenCondition {
  if (!isCondition(expression)) {
    throw unsupportedAt('Unsupported operation: a condition was expected', expression.at);
  }
  const operand = (given: Expression): WrittenOperand => statementOperand(given, values);
  switch (expression.type) {
    case 'and':
    case 'or': {
      const left = statementCondition(expression.left, values);
      return { type: expression.type, left, right: statementCondition(expression.right, values) };
    }
    case 'not':
      return { type: 'not', condition: statementCondition(expression.operand, values) };
    case 'compare': {
      const { comparator, left, right } = expression;
      return { type: 'compare', comparator, left: operand(left), right: operand(right) };
    }
    case 'between': {
      const [subject, lower, upper] = [expression.operand, expression.lower, expression.upper];
      return { type: 'between', operand: operand(subject), lower: operand(lower), upper: operand(upper) };
    }
    case 'in':
      checkListed(expression);
      return { type: 'in', operand: operand(expression.operand), list: expression.list.map(operand) };
    case 'is':
      return typeTest(expression, values);
    case 'call':
      return test(expression, values);
  }
}

type ConditionType = 'and' | 'or' | 'not' | 'compare' | 'between' | 'in' | 'is' | 'call';

function isCondition(expression: Expression): expression is ExpressionOf<ConditionType> {
  return CONDITIONS.has(expression.type);
}

function statementOperand(expression: Expression, values: StatementValues): WrittenOperand {
  if (expression.type === 'path') return { type: 'path', path: expression.path };
  if (expression.type === 'call' && expression.name === 'size') return size(expression, values);
  if (isCondition(expression)) {
    return { type: 'condition', condition: statementCondition(expression, values) };
  }
  if (expression.type === 'missing') {
    throw unsupportedAt('Unsupported operation: MISSING can only follow IS', expression.at);
  }
  if (expression.type === 'arithmetic') {
    throw unsupportedAt(`Unsupported operation: ${expression.operator}`, expression.at);
  }
  return { type: 'value', placeholder: values.placeholder(expression) };
}

function size(call: ExpressionOf<'call'>, values: StatementValues): WrittenOperand {
  const [of] = call.operands;
  if (of === undefined || call.operands.length > 1) throw wrongCount(call);
  return { type: 'size', of: statementOperand(of, values) };
}

function test(call: ExpressionOf<'call'>, values: StatementValues): WrittenCondition {
  const { name, operands, at } = call;
  if (name === 'size') {
    throw validation('The function is not allowed to be used this way in an expression; function: size');
  }
  if (!isTest(name)) throw unsupportedAt(`Unrecognized function: ${name}`, at);
  if (operands.length !== TESTS[name]) throw wrongCount(call);
  return { type: 'test', name, operands: operands.map((given) => statementOperand(given, values)) };
}

function isTest(name: string): name is TestName {
  return Object.hasOwn(TESTS, name);
}

function typeTest({ operand, what, at }: ExpressionOf<'is'>, values: StatementValues): WrittenCondition {
  const subject = statementOperand(operand, values);
  if (what === 'missing') return { type: 'test', name: 'attribute_not_exists', operands: [subject] };
  const type = TYPES.get(what);
  if (type === undefined) throw unsupportedAt(`Unsupported data type for IS operator: ${what}`, at);
  const placeholder = values.placeholder({ type: 'literal', value: { S: type }, at });
  return { type: 'test', name: 'attribute_type', operands: [subject, { type: 'value', placeholder }] };
}

export function wrongCount({ name, operands }: ExpressionOf<'call'>): Error {
  return validation(
    `Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${operands.length}`,
  );
}

function checkListed({ list }: ExpressionOf<'in'>): void {
  if (list.length === 0) throw validation('The IN operator is provided with no operands');
  if (list.length <= MOST_LISTED) return;
  throw validation(`The IN operator is provided with too many operands; number of operands: ${list.length}`);
}
