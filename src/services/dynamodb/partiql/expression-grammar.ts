import type { Comparator } from '../expressions/condition-grammar.ts';
import { notWellFormed } from './statement-error.ts';
import type { StatementReader } from './statement-reader.ts';
import { members, term } from './term-grammar.ts';
import type { Expression } from './written-statement.ts';

const COMPARATORS: ReadonlyMap<string, Comparator> = new Map([
  ['=', '='],
  ['<>', '<>'],
  ['!=', '<>'],
  ['<', '<'],
  ['<=', '<='],
  ['>', '>'],
  ['>=', '>='],
]);
const LISTS: ReadonlyMap<string, string> = new Map([
  ['(', ')'],
  ['[', ']'],
  ['<<', '>>'],
]);
/** What PartiQL knows as types; not all of them are DynamoDB's. */
const TYPES: ReadonlySet<string> = new Set(
  `missing null bool boolean smallint integer integer2 integer4 integer8 int int2 int4 int8 bigint float real double decimal dec numeric
   timestamp date time char character varchar string symbol clob blob struct tuple list sexp bag any`.split(
    /\s+/,
  ),
);
/** Second words of types that have two. */
const TYPE_ENDINGS: Readonly<Record<string, string>> = { double: 'precision', character: 'varying' };

/** Reads an expression of any kind. Throws ValidationException. */
export function expression(reader: StatementReader): Expression {
  let left = conjunction(reader);
  while (reader.isKeyword('or')) {
    const { at } = reader.take();
    left = { type: 'or', left, right: rightOf(reader, conjunction), at };
  }
  return left;
}

function conjunction(reader: StatementReader): Expression {
  let left = negation(reader);
  while (reader.isKeyword('and')) {
    const { at } = reader.take();
    left = { type: 'and', left, right: rightOf(reader, negation), at };
  }
  return left;
}

function negation(reader: StatementReader): Expression {
  if (!reader.isKeyword('not')) return comparison(reader);
  const { at } = reader.take();
  reader.countOperator();
  return { type: 'not', operand: reader.inside(() => negation(reader)), at };
}

function comparison(reader: StatementReader): Expression {
  let left = sum(reader);
  for (;;) {
    const { type, text, at } = reader.next;
    const comparator = type === 'symbol' ? COMPARATORS.get(text) : undefined;
    if (comparator !== undefined) {
      reader.take();
      left = { type: 'compare', comparator, left, right: rightOf(reader, sum), at };
    } else if (reader.takeKeyword('is')) left = typeTest(reader, left, at);
    else if (reader.isKeyword('in', 'between', 'like')) left = wordComparison(reader, left);
    else if (isNegatedComparison(reader)) {
      reader.take();
      left = { type: 'not', operand: wordComparison(reader, left), at };
    } else return left;
  }
}

function isNegatedComparison(reader: StatementReader): boolean {
  const { type, text } = reader.ahead(1);
  return reader.isKeyword('not') && type === 'word' && ['in', 'between', 'like'].includes(text.toLowerCase());
}

function wordComparison(reader: StatementReader, operand: Expression): Expression {
  const { text, at } = reader.take();
  switch (text.toLowerCase()) {
    case 'in':
      return { type: 'in', operand, list: listed(reader), at };
    case 'between': {
      const lower = rightOf(reader, sum);
      if (!reader.takeKeyword('and')) throw notWellFormed('Expected AND after BETWEEN');
      return { type: 'between', operand, lower, upper: rightOf(reader, sum), at };
    }
    default:
      return { type: 'call', name: 'like', operands: [operand, rightOf(reader, sum)], at };
  }
}

function listed(reader: StatementReader): readonly Expression[] {
  const close = reader.next.type === 'symbol' ? LISTS.get(reader.next.text) : undefined;
  if (close === undefined) throw notWellFormed('Expected a list of values after IN');
  reader.take();
  return reader.inside(() => members(reader, close, expression));
}

function typeTest(reader: StatementReader, operand: Expression, at: string): Expression {
  const isNegated = reader.takeKeyword('not');
  const what = reader.next.text.toLowerCase();
  if (reader.next.type !== 'word' || !TYPES.has(what)) throw notWellFormed('Expected type name');
  reader.take();
  const ending = TYPE_ENDINGS[what];
  if (ending !== undefined) reader.takeKeyword(ending);
  const test: Expression = { type: 'is', operand, what, at };
  return isNegated ? { type: 'not', operand: test, at } : test;
}

/** Additions, subtractions and what they are made of; no comparisons. */
export function sum(reader: StatementReader): Expression {
  return arithmetic(reader, ['+', '-', '||'], product);
}

function product(reader: StatementReader): Expression {
  return arithmetic(reader, ['*', '/', '%'], signed);
}

function arithmetic(
  reader: StatementReader,
  operators: readonly string[],
  read: (reader: StatementReader) => Expression,
): Expression {
  let left = read(reader);
  while (reader.next.type === 'symbol' && operators.includes(reader.next.text)) {
    const { text: operator, at } = reader.take();
    left = { type: 'arithmetic', operator, left, right: rightOf(reader, read), at };
  }
  return left;
}

/** Signs belong to numbers and to nothing else. */
function signed(reader: StatementReader): Expression {
  const { at } = reader.next;
  let isNegative = false;
  let hasSign = false;
  while (reader.isSymbol('-') || reader.isSymbol('+')) {
    if (reader.take().text === '-') isNegative = !isNegative;
    hasSign = true;
  }
  const operand = term(reader, expression);
  if (!hasSign) return operand;
  if (operand.type !== 'number') throw notWellFormed('Expected a number after a sign');
  return { type: 'number', text: isNegative ? `-${operand.text}` : operand.text, at };
}

function rightOf(reader: StatementReader, read: (reader: StatementReader) => Expression): Expression {
  reader.countOperator();
  if (reader.isAtEnd()) throw notWellFormed('Missing right-hand side expression of infix operator');
  return read(reader);
}
