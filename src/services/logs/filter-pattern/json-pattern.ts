import { type Condition, readConditions } from './condition-tree.ts';
import { readSelector, type Selector } from './json-selector.ts';
import { invalidPattern, PatternReader } from './pattern-reader.ts';
import { readComparison } from './value-test.ts';

/**
 * Compiles `{ $.a.b = "x*" && ($.c IS NULL || $.d NOT EXISTS) }`. A message that is no JSON never matches.
 * @throws ServiceError
 */
export function compileJsonPattern(pattern: string): Condition<string> {
  if (!pattern.endsWith('}'))
    throw invalidPattern("If a filter pattern starts with '{' it must end with '}'");
  const reader = new PatternReader(pattern.slice(1, -1));
  const condition = readConditions(reader, () => readCondition(reader));
  if (!reader.isAtEnd) throw reader.unexpected();
  return (message) => {
    const document = parseObject(message);
    return document !== undefined && condition(document);
  };
}

function readCondition(reader: PatternReader): Condition<object> {
  const select = readSelector(reader);
  const comparison = readComparison(reader);
  if (comparison !== undefined) {
    // Objects, arrays and null are no values: neither `=` nor `!=` holds for them.
    return (document) => select(document).some((value) => isScalar(value) && comparison(value));
  }
  return readKeywordCondition(reader, select);
}

function readKeywordCondition(reader: PatternReader, select: Selector): Condition<object> {
  reader.skipSpace();
  const words = reader.match(/(?:IS\s+(?:NULL|TRUE|FALSE)|NOT\s+EXISTS|EXISTS)\b/y).replaceAll(/\s+/g, ' ');
  switch (words) {
    case 'IS NULL':
      return (document) => select(document).includes(null);
    case 'IS TRUE':
      return (document) => select(document).includes(true);
    case 'IS FALSE':
      return (document) => select(document).includes(false);
    case 'NOT EXISTS':
      return (document) => select(document).length === 0;
    case 'EXISTS':
      return (document) => select(document).length > 0;
    default:
      throw reader.unexpected();
  }
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function parseObject(message: string): object | undefined {
  // Most log lines are not JSON, and a failing parse costs an exception.
  const first = message.trimStart().charAt(0);
  if (first !== '{' && first !== '[') return undefined;
  try {
    return JSON.parse(message) as object;
  } catch {
    return undefined;
  }
}
