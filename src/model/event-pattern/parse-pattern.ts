import {
  type EventPattern,
  type FieldPattern,
  FILTER_DIALECT,
  type PatternDialect,
  PatternProblem,
} from './event-pattern.ts';
import { isArray, isJsonObject, type JsonObject, type JsonValue, readExactJson } from './exact-json.ts';
import { countDemands } from './expand-pattern.ts';
import { isOperator, parseComparison } from './parse-comparison.ts';

/** A pattern, or one sentence saying why the text is none. */
export type ParsedPattern =
  | { readonly pattern: EventPattern; readonly problem?: undefined }
  | { readonly pattern?: undefined; readonly problem: string };

/** Deeper than anybody's events, and no danger to the stack. */
const DEEPEST = 1000;
/** Ways to choose from all `$or` together. */
const MOST_CHOICES = 1000;
const TOO_MANY_CHOICES = `The pattern has more than ${MOST_CHOICES} combinations of its choices.`;

/** Reads the text of a filter or rule pattern. Never throws, whatever the text. */
export function parseEventPattern(text: string, dialect: PatternDialect = FILTER_DIALECT): ParsedPattern {
  if (text.length > dialect.limit)
    return { problem: `The pattern is longer than ${dialect.limit} characters.` };
  const read = readExactJson(text);
  if (read === undefined) return { problem: 'The pattern is not JSON.' };
  try {
    const pattern = parseObject(read.value, dialect, 0);
    if (countDemands(pattern) > MOST_CHOICES) return { problem: TOO_MANY_CHOICES };
    return { pattern };
  } catch (error) {
    if (error instanceof PatternProblem) return { problem: error.message };
    throw error;
  }
}

function parseObject(value: JsonValue, dialect: PatternDialect, depth: number): EventPattern {
  if (depth > DEEPEST) throw new PatternProblem('The pattern is nested too deeply.');
  if (!isJsonObject(value)) throw new PatternProblem('A pattern must be an object.');
  const fields: FieldPattern[] = [];
  const alternatives: EventPattern[][] = [];
  for (const [name, member] of Object.entries(value)) {
    const choices = name === '$or' ? choicesOf(member) : undefined;
    if (choices === undefined) fields.push(parseField(name, member, dialect, depth));
    else alternatives.push(choices.map((choice) => parseObject(choice, dialect, depth + 1)));
  }
  if (fields.length === 0 && alternatives.length === 0) {
    throw new PatternProblem('An object in a pattern must not be empty.');
  }
  return { fields, alternatives };
}

function parseField(name: string, member: JsonValue, dialect: PatternDialect, depth: number): FieldPattern {
  if (isJsonObject(member)) return { name, inner: parseObject(member, dialect, depth + 1) };
  if (!isArray(member)) throw new PatternProblem(`"${name}" must be an object or an array.`);
  if (member.length === 0) throw new PatternProblem(`The array of "${name}" must not be empty.`);
  return { name, anyOf: member.map((value) => parseComparison(value, dialect)) };
}

/** `$or` is a choice only over two or more objects that could not be comparisons; else it is a name like others. */
function choicesOf(member: JsonValue): readonly JsonObject[] | undefined {
  if (!isArray(member) || member.length < 2 || !member.every(isJsonObject)) return undefined;
  return member.some((choice) => Object.keys(choice).some(isOperator)) ? undefined : member;
}
