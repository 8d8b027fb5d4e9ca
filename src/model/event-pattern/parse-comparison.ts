import { type Comparison, type NumericBound, PatternProblem, type ValueComparison } from './event-pattern.ts';
import { JsonNumber, type JsonValue } from './exact-json.ts';

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
export function parseComparison(value: JsonValue): Comparison {
  if (typeof value === 'object' && value !== null && !(value instanceof JsonNumber)) {
    return parseOperator(value);
  }
  if (typeof value === 'string') return { kind: 'string', value };
  if (value === null || typeof value === 'boolean') return { kind: 'literal', value };
  return { kind: 'number', text: value instanceof JsonNumber ? value.text : String(value) };
}

function parseOperator(value: object): Comparison {
  const { operator, operand } = onlyMember(value);
  if (isTextOperator(operator)) return textComparison(operator, operand);
  switch (operator) {
    case 'exists':
      if (typeof operand !== 'boolean') throw new PatternProblem('"exists" takes true or false.');
      return { kind: 'exists', value: operand };
    case 'numeric':
      return { kind: 'numeric', bounds: parseBounds(operand) };
    case 'anything-but':
      return { kind: 'anything-but', none: parseExcluded(operand) };
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

function textComparison(kind: TextOperator, value: JsonValue): ValueComparison {
  if (typeof value !== 'string') throw new PatternProblem(`"${kind}" takes a string.`);
  return { kind, value };
}

/** `anything-but` takes a string, a number, a list of either, or a comparison of text with one string or several. */
function parseExcluded(operand: JsonValue): readonly ValueComparison[] {
  const isComparison = typeof operand === 'object' && operand !== null && !(operand instanceof JsonNumber);
  if (!isComparison || Array.isArray(operand)) return sameKind(listOf(operand).map(excludedValue));
  const nested = onlyMember(operand);
  const { operator } = nested;
  if (!isTextOperator(operator)) throw new PatternProblem(`"anything-but" does not take "${operator}".`);
  return listOf(nested.operand).map((value) => {
    if (value === '') throw new PatternProblem('"anything-but" does not take an empty string here.');
    return textComparison(operator, value);
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
