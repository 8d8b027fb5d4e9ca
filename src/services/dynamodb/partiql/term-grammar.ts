import { validation } from '../dynamodb-errors.ts';
import type { WrittenPath } from '../expressions/token-reader.ts';
import type { AttributeValue } from '../values/attribute-value.ts';
import { isKeyword, isOperatorWord } from './keywords.ts';
import { notWellFormed, unsupportedAt } from './statement-error.ts';
import type { StatementReader } from './statement-reader.ts';
import type { Expression, ExpressionOf } from './written-statement.ts';

/** Reads a whole expression; handed in, since terms and expressions are made of each other. */
export type ReadExpression = (reader: StatementReader) => Expression;

const LITERALS: ReadonlyMap<string, AttributeValue> = new Map([
  ['true', { BOOL: true }],
  ['false', { BOOL: false }],
  ['null', { NULL: true }],
]);
const LARGEST_INDEX = 2 ** 31 - 1;

/** What has no operator in it: values, paths, calls, and anything in parentheses. Throws ValidationException. */
export function term(reader: StatementReader, expression: ReadExpression): Expression {
  const { type, text, at } = reader.next;
  switch (type) {
    case 'text':
      reader.take();
      return { type: 'literal', value: { S: text }, at };
    case 'number':
      reader.take();
      return { type: 'number', text, at };
    case 'parameter':
      return { type: 'parameter', index: reader.takeParameter(), at };
    case 'quoted':
      return pathTerm(reader);
    case 'word':
      return word(reader, expression);
    case 'symbol':
      return enclosed(reader, expression);
    case 'end':
      throw notWellFormed('Unexpected term');
  }
}

function word(reader: StatementReader, expression: ReadExpression): Expression {
  const { text, at } = reader.next;
  const name = text.toLowerCase();
  const value = LITERALS.get(name);
  if (value !== undefined || name === 'missing') {
    reader.take();
    return value === undefined ? { type: 'missing', at } : { type: 'literal', value, at };
  }
  const isCall = reader.ahead(1).type === 'symbol' && reader.ahead(1).text === '(';
  if (isOperatorWord(text)) throw notWellFormed('Unexpected operator');
  if (!isCall) {
    if (isKeyword(text)) throw notWellFormed('Unexpected keyword');
    return pathTerm(reader);
  }
  reader.take();
  reader.take();
  reader.countOperator();
  return { type: 'call', name, operands: reader.inside(() => members(reader, ')', expression)), at };
}

function enclosed(reader: StatementReader, expression: ReadExpression): Expression {
  const { text, at } = reader.next;
  if (text !== '(' && text !== '[' && text !== '{' && text !== '<<') throw notWellFormed('Unexpected term');
  reader.take();
  return reader.inside((): Expression => {
    if (text === '{') return { type: 'map', members: mapMembers(reader, expression), at };
    if (text === '[') return { type: 'list', members: members(reader, ']', expression), at };
    if (text === '<<') return { type: 'bag', members: members(reader, '>>', expression), at };
    const inner = expression(reader);
    reader.expectSymbol(')');
    return inner;
  });
}

/** Up to the sign that closes them. */
export function members(
  reader: StatementReader,
  close: string,
  expression: ReadExpression,
): readonly Expression[] {
  if (reader.takeSymbol(close)) return [];
  const found = [expression(reader)];
  while (reader.takeSymbol(',')) found.push(expression(reader));
  reader.expectSymbol(close);
  return found;
}

function mapMembers(reader: StatementReader, expression: ReadExpression): ExpressionOf<'map'>['members'] {
  const found: { name: string; value: Expression }[] = [];
  if (reader.takeSymbol('}')) return found;
  do {
    if (reader.next.type !== 'text') throw notWellFormed('Unexpected term');
    const name = reader.take().text;
    reader.expectSymbol(':');
    found.push({ name, value: expression(reader) });
  } while (reader.takeSymbol(','));
  reader.expectSymbol('}');
  return found;
}

function pathTerm(reader: StatementReader): Expression {
  const { at } = reader.next;
  return { type: 'path', path: documentPath(reader), at };
}

/** An attribute's name, then names in maps and positions in lists. */
export function documentPath(reader: StatementReader): WrittenPath {
  const first = reader.next;
  if (first.type === 'word' && isKeyword(first.text)) throw notWellFormed('Unexpected keyword');
  if (first.type !== 'word' && first.type !== 'quoted') {
    throw notWellFormed('Expected identifier for simple path');
  }
  const steps: (string | number)[] = [reader.take().text];
  for (;;) {
    if (reader.takeSymbol('.')) steps.push(memberName(reader));
    else if (reader.takeSymbol('[')) steps.push(position(reader));
    else return steps;
  }
}

function memberName(reader: StatementReader): string {
  const { type, text } = reader.next;
  const isName = type === 'quoted' || (type === 'word' && !isKeyword(text));
  if (!isName) throw notWellFormed('Invalid path dot component');
  if (text === '') throw validation('Path component cannot be an empty string');
  return reader.take().text;
}

/** A position in a list, or, in a text, a name in a map. */
function position(reader: StatementReader): string | number {
  const isNegative = reader.takeSymbol('-');
  const { type, text, at } = reader.take();
  reader.expectSymbol(']');
  if (type === 'text' && !isNegative) return text;
  if (type !== 'number' || !/^\d+$/.test(text)) throw unsupportedAt('Unexpected path component', at);
  const index = Number(text);
  if (index <= (isNegative ? 0 : LARGEST_INDEX)) return index;
  const shown = isNegative ? `-${text}` : text;
  throw unsupportedAt(`List index is not within the allowable range; index: [${shown}]`, at);
}
