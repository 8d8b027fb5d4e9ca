import type { ExpressionKind } from './expression-error.ts';
import { TokenReader, type WrittenPath } from './token-reader.ts';

export type Comparator = '=' | '<>' | '<' | '<=' | '>' | '>=';

/** What is compared, as it is written. */
export type WrittenOperand =
  | { readonly type: 'path'; readonly path: WrittenPath }
  | { readonly type: 'value'; readonly placeholder: string }
  | { readonly type: 'size'; readonly of: WrittenOperand }
  /** True or false, as a value; only statements can write it. */
  | { readonly type: 'condition'; readonly condition: WrittenCondition };

export type TestName =
  | 'attribute_exists'
  | 'attribute_not_exists'
  | 'attribute_type'
  | 'begins_with'
  | 'contains';

export type WrittenCondition =
  | { readonly type: 'and' | 'or'; readonly left: WrittenCondition; readonly right: WrittenCondition }
  | { readonly type: 'not'; readonly condition: WrittenCondition }
  | {
      readonly type: 'compare';
      readonly comparator: Comparator;
      readonly left: WrittenOperand;
      readonly right: WrittenOperand;
    }
  | {
      readonly type: 'between';
      readonly operand: WrittenOperand;
      readonly lower: WrittenOperand;
      readonly upper: WrittenOperand;
    }
  | { readonly type: 'in'; readonly operand: WrittenOperand; readonly list: readonly WrittenOperand[] }
  | { readonly type: 'test'; readonly name: TestName; readonly operands: readonly WrittenOperand[] };

const COMPARATORS: readonly string[] = ['=', '<>', '<', '<=', '>', '>='];
const TESTS: Readonly<Record<TestName, number>> = {
  attribute_exists: 1,
  attribute_not_exists: 1,
  attribute_type: 2,
  begins_with: 2,
  contains: 2,
};
const OF_UPDATES: readonly string[] = ['if_not_exists', 'list_append'];
const MOST_LISTED = 100;

/** Reads a condition, of any kind. Throws ValidationException. */
export function parseCondition(kind: ExpressionKind, expression: string): WrittenCondition {
  const reader = new TokenReader(kind, expression);
  const condition = disjunction(reader);
  reader.expectEnd();
  return condition;
}

function disjunction(reader: TokenReader): WrittenCondition {
  let left = conjunction(reader);
  while (reader.takeKeyword('OR')) left = { type: 'or', left, right: conjunction(reader) };
  return left;
}

function conjunction(reader: TokenReader): WrittenCondition {
  let left = negation(reader);
  while (reader.takeKeyword('AND')) left = { type: 'and', left, right: negation(reader) };
  return left;
}

function negation(reader: TokenReader): WrittenCondition {
  if (reader.takeKeyword('NOT')) return { type: 'not', condition: negation(reader) };
  if (reader.next.text === '(' && !isOperandInParentheses(reader)) return inParentheses(reader);
  if (reader.isFunction() && reader.next.text !== 'size') return test(reader);
  return comparison(reader);
}

function inParentheses(reader: TokenReader): WrittenCondition {
  reader.expectSymbol('(');
  const isDouble = reader.next.text === '(' && closesAt(reader) === 'parenthesis';
  const condition = disjunction(reader);
  reader.expectSymbol(')');
  if (isDouble) throw reader.error('The expression has redundant parentheses;');
  return condition;
}

function test(reader: TokenReader): WrittenCondition {
  const name = reader.take().text;
  if (OF_UPDATES.includes(name)) {
    throw reader.error(`The function is not allowed in a condition expression; function: ${name}`);
  }
  if (!isTest(name)) throw reader.error(`Invalid function name; function: ${name}`);
  return { type: 'test', name, operands: operands(reader, name, TESTS[name]) };
}

function isTest(name: string): name is TestName {
  return Object.hasOwn(TESTS, name);
}

function comparison(reader: TokenReader): WrittenCondition {
  const isSize = reader.isFunction();
  const operand = parseOperand(reader);
  const { type, text } = reader.next;
  if (type === 'symbol' && COMPARATORS.includes(text)) {
    reader.take();
    return { type: 'compare', comparator: text as Comparator, left: operand, right: parseOperand(reader) };
  }
  if (reader.takeKeyword('BETWEEN')) {
    const lower = parseOperand(reader);
    reader.expectKeyword('AND');
    return { type: 'between', operand, lower, upper: parseOperand(reader) };
  }
  if (reader.takeKeyword('IN')) return { type: 'in', operand, list: listed(reader) };
  if (isSize) throw misplaced(reader, 'size');
  throw reader.syntaxError();
}

function listed(reader: TokenReader): readonly WrittenOperand[] {
  reader.expectSymbol('(');
  const list = [parseOperand(reader)];
  while (reader.takeSymbol(',')) list.push(parseOperand(reader));
  reader.expectSymbol(')');
  if (list.length > MOST_LISTED) {
    throw reader.error(
      `Incorrect number of operands for operator or function; operator or function: IN, number of operands: ${list.length}`,
    );
  }
  return list;
}

function parseOperand(reader: TokenReader): WrittenOperand {
  if (reader.takeSymbol('(')) {
    const operand = parseOperand(reader);
    reader.expectSymbol(')');
    return operand;
  }
  if (reader.next.type === 'value') return { type: 'value', placeholder: reader.take().text };
  if (!reader.isFunction()) return { type: 'path', path: reader.path() };
  const name = reader.take().text;
  if (name !== 'size') {
    if (isTest(name)) throw misplaced(reader, name);
    throw reader.error(
      OF_UPDATES.includes(name)
        ? `The function is not allowed in a condition expression; function: ${name}`
        : `Invalid function name; function: ${name}`,
    );
  }
  const [of] = operands(reader, name, 1);
  if (of === undefined) throw reader.syntaxError();
  return { type: 'size', of };
}

function operands(reader: TokenReader, name: string, count: number): readonly WrittenOperand[] {
  reader.expectSymbol('(');
  const given = [parseOperand(reader)];
  while (reader.takeSymbol(',')) given.push(parseOperand(reader));
  reader.expectSymbol(')');
  if (given.length === count) return given;
  throw reader.error(
    `Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${given.length}`,
  );
}

function misplaced(reader: TokenReader, name: string): Error {
  return reader.error(`The function is not allowed to be used this way in an expression; function: ${name}`);
}

/** Only an operand has something to be compared with behind its parenthesis. */
function isOperandInParentheses(reader: TokenReader): boolean {
  return closesAt(reader) === 'comparison';
}

/** What stands behind the parenthesis that closes the one that comes next. */
function closesAt(reader: TokenReader): 'comparison' | 'parenthesis' | 'other' {
  let depth = 0;
  let ahead = 0;
  do {
    const { type, text } = reader.ahead(ahead);
    if (type === 'end') return 'other';
    if (type === 'symbol') depth += text === '(' ? 1 : text === ')' ? -1 : 0;
    ahead += 1;
  } while (depth > 0);
  const { type, text } = reader.ahead(ahead);
  if (type === 'symbol' && COMPARATORS.includes(text)) return 'comparison';
  if (type === 'word' && ['BETWEEN', 'IN'].includes(text.toUpperCase())) return 'comparison';
  return text === ')' ? 'parenthesis' : 'other';
}
