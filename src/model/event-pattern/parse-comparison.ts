import { parseCidr } from './cidr.ts';
import {
  type Comparison,
  type NumericBound,
  type PatternDialect,
  PatternProblem,
  type ValueComparison,
} from './event-pattern.ts';
import { isJsonObject, JsonNumber, type JsonValue } from './exact-json.ts';
import { parseWildcard } from './wildcard.ts';

/** Numeric comparisons take numbers from the negative of this to this. */
const NUMERIC_LIMIT = 5e9;

const NUMERIC_OPERATORS = ['=', '<', '<=', '>', '>='] as const;
const TEXT_OPERATORS = ['prefix', 'suffix', 'equals-ignore-case'] as const;
type TextOperator = (typeof TEXT_OPERATORS)[number];

/** `wildcard` and `cidr` are operators of the language that Lambda's filters do not have. */
const OPERATORS: ReadonlySet<string> = new Set([
  ...TEXT_OPERATORS,
  'anything-but',
  'numeric',
  'exists',
  'wildcard',
  'cidr',
]);

export function isOperator(name: string): boolean {
  return OPERATORS.has(name);
}

/** One element of a field's array. Throws PatternProblem. */
export function parseComparison(value: JsonValue, dialect: PatternDialect): Comparison {
  if (typeof value === 'object' && value !== null && !(value instanceof JsonNumber)) {
    return parseOperator(value, dialect);
  }
  if (typeof value === 'string') return { kind: 'string', value };
  if (value === null || typeof value === 'boolean') return { kind: 'literal', value };
  return { kind: 'number', text: value instanceof JsonNumber ? value.text : String(value) };
}

function parseOperator(value: object, dialect: PatternDialect): Comparison {
  const { operator, operand } = onlyMember(value);
  const text = textComparison(operator, operand, dialect);
  if (text !== undefined) return text;
  switch (operator) {
    case 'exists':
      if (typeof operand !== 'boolean') throw new PatternProblem('"exists" takes true or false.');
      return { kind: 'exists', value: operand };
    case 'numeric':
      return { kind: 'numeric', bounds: parseBounds(operand) };
    case 'anything-but':
      return { kind: 'anything-but', none: parseExcluded(operand, dialect) };
    default:
      throw new PatternProblem(`"${operator}" is not a comparison.`);
  }
}

/** The name and the value of an operator's object. */
function onlyMember(value: object): { readonly operator: string; readonly operand: JsonValue } {
  const [member, second] = Object.entries(value) as [string, JsonValue][];
  if (Array.isArray(value) || member === undefined || second !== undefined) {
    throw new PatternProblem('A comparison must be a value or an object with one member.');
  }
  return { operator: member[0], operand: member[1] };
}

function isTextOperator(name: string): name is TextOperator {
  return (TEXT_OPERATORS as readonly string[]).includes(name);
}

/** A comparison with text; undefined when the operator is none. */
function textComparison(
  operator: string,
  operand: JsonValue,
  dialect: PatternDialect,
): ValueComparison | undefined {
  if (isTextOperator(operator)) {
    return dialect.isFull ? withOrWithoutCase(operator, operand) : plainText(operator, operand);
  }
  if (!dialect.isFull || (operator !== 'wildcard' && operator !== 'cidr')) return undefined;
  if (typeof operand !== 'string') throw new PatternProblem(`"${operator}" takes a string.`);
  return operator === 'cidr'
    ? { kind: operator, ...parseCidr(operand) }
    : { kind: operator, parts: parseWildcard(operand) };
}

/** `{"prefix": {"equals-ignore-case": "x"}}`, and suffix likewise. */
function withOrWithoutCase(operator: TextOperator, operand: JsonValue): ValueComparison {
  if (!isJsonObject(operand) || operator === 'equals-ignore-case') return plainText(operator, operand);
  const nested = onlyMember(operand);
  if (nested.operator !== 'equals-ignore-case' || typeof nested.operand !== 'string') {
    throw new PatternProblem(`"${operator}" takes a string, or "equals-ignore-case" with one.`);
  }
  return { kind: `${operator}-ignore-case`, value: nested.operand };
}

function plainText(kind: TextOperator, value: JsonValue): ValueComparison {
  if (typeof value !== 'string') throw new PatternProblem(`"${kind}" takes a string.`);
  return { kind, value };
}

/** `anything-but` takes a string, a number, a list of either, or a comparison of text with one string or several. */
function parseExcluded(operand: JsonValue, dialect: PatternDialect): readonly ValueComparison[] {
  const isComparison = typeof operand === 'object' && operand !== null && !(operand instanceof JsonNumber);
  if (!isComparison || Array.isArray(operand)) return sameKind(listOf(operand).map(excludedValue));
  const nested = onlyMember(operand);
  const { operator } = nested;
  return listOf(nested.operand).map((value) => {
    if (value === '') throw new PatternProblem('"anything-but" does not take an empty string here.');
    const excluded = operator === 'cidr' ? undefined : textComparison(operator, value, dialect);
    if (excluded === undefined) throw new PatternProblem(`"anything-but" does not take "${operator}".`);
    return excluded;
  });
}

function listOf(operand: JsonValue): readonly JsonValue[] {
  const list = Array.isArray(operand) ? (operand as readonly JsonValue[]) : [operand];
  if (list.length === 0) throw new PatternProblem('"anything-but" must name something.');
  return list;
}

function excludedValue(value: JsonValue): ValueComparison {
  if (typeof value === 'string') return { kind: 'string', value };
  const number = numberOf(value);
  if (number === undefined) throw new PatternProblem('"anything-but" takes strings or numbers.');
  return { kind: 'numeric', bounds: [{ operator: '=', value: number }] };
}

function sameKind(excluded: readonly ValueComparison[]): readonly ValueComparison[] {
  if (new Set(excluded.map(({ kind }) => kind)).size === 1) return excluded;
  throw new PatternProblem('"anything-but" takes strings or numbers, not both.');
}

/** `["=", n]`, one bound, or a lower and then an upper bound. */
function parseBounds(operand: JsonValue): readonly NumericBound[] {
  const list = Array.isArray(operand) ? (operand as readonly JsonValue[]) : [];
  const [first, second] = [boundAt(list, 0), boundAt(list, 2)];
  if (first === undefined || (list.length !== 2 && list.length !== 4)) throw badNumeric();
  if (list.length === 2) return [first];
  if (second === undefined || !first.operator.startsWith('>') || !second.operator.startsWith('<')) {
    throw badNumeric();
  }
  if (first.value >= second.value) throw new PatternProblem('The lower bound must be less than the upper.');
  return [first, second];
}

function boundAt(list: readonly JsonValue[], index: number): NumericBound | undefined {
  const operator = list[index];
  const value = numberOf(list[index + 1]);
  if (value === undefined || Math.abs(value) > NUMERIC_LIMIT) return undefined;
  const known = NUMERIC_OPERATORS.find((name) => name === operator);
  return known === undefined ? undefined : { operator: known, value };
}

function badNumeric(): PatternProblem {
  return new PatternProblem('"numeric" takes one comparison with a number, or a lower and an upper bound.');
}

function numberOf(value: JsonValue | undefined): number | undefined {
  return value instanceof JsonNumber ? value.value : typeof value === 'number' ? value : undefined;
}
