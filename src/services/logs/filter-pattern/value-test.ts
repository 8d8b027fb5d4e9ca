import { compileRegex } from './linear-regex.ts';
import type { PatternReader } from './pattern-reader.ts';

/** Whether one value of a log event, a JSON value or a field's text, fulfils a condition. */
export type ValueTest = (value: string | number | boolean) => boolean;

/** Longer ones first: `<=` is not `<` followed by something. */
const OPERATORS = ['!=', '<=', '>=', '=', '<', '>'] as const;
type Operator = (typeof OPERATORS)[number];

const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
/** Anything else has to stand in quotation marks. */
const BARE_VALUE = /[\p{L}\p{N}_.*+\-:/@]+/uy;

/** Reads `OPERATOR VALUE`; undefined when no operator comes next. @throws ServiceError */
export function readComparison(reader: PatternReader): ValueTest | undefined {
  const operator = OPERATORS.find((candidate) => reader.take(candidate));
  if (operator === undefined) return undefined;
  const regex = reader.percent();
  if (regex !== undefined) return equality(operator, compileRegex(regex), reader);
  const quoted = reader.quoted();
  if (quoted !== undefined) return equality(operator, wildcardTest(quoted), reader);
  reader.skipSpace();
  const bare = reader.match(BARE_VALUE);
  if (bare === '') throw reader.unexpected();
  if (NUMBER.test(bare)) return numberTest(operator, Number(bare), bare);
  return equality(operator, wildcardTest(bare), reader);
}

function equality(operator: Operator, matches: (text: string) => boolean, reader: PatternReader): ValueTest {
  if (operator === '=') return (value) => matches(String(value));
  if (operator === '!=') return (value) => !matches(String(value));
  throw reader.unexpected();
}

/** `*` stands for any text at the beginning and at the end; in the middle it is itself. */
function wildcardTest(pattern: string): (text: string) => boolean {
  if (pattern === '*') return () => true;
  const anyBefore = pattern.startsWith('*');
  const anyAfter = pattern.length > 1 && pattern.endsWith('*');
  const core = pattern.slice(anyBefore ? 1 : 0, anyAfter ? -1 : undefined);
  if (anyBefore && anyAfter) return (text) => text.includes(core);
  if (anyBefore) return (text) => text.endsWith(core);
  if (anyAfter) return (text) => text.startsWith(core);
  return (text) => text === core;
}

/** Compares as numbers where the value is one, written as text or not; else only `!=` can hold. */
function numberTest(operator: Operator, wanted: number, text: string): ValueTest {
  const compare = COMPARE[operator];
  return (value) => {
    if (typeof value === 'number') return compare(value, wanted);
    if (typeof value === 'string' && NUMBER.test(value)) return compare(Number(value), wanted);
    return operator === '!=' && String(value) !== text;
  };
}

const COMPARE: Readonly<Record<Operator, (a: number, b: number) => boolean>> = {
  '=': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};
