import { type EventPattern, type FieldPattern, PATTERN_LIMIT, PatternProblem } from './event-pattern.ts';
import { isArray, isJsonObject, type JsonObject, type JsonValue, readExactJson } from './exact-json.ts';
import { isOperator, parseComparison } from './parse-comparison.ts';

/** A pattern, or one sentence saying why the text is none. */
export type ParsedPattern =
  | { readonly pattern: EventPattern; readonly problem?: undefined }
  | { readonly pattern?: undefined; readonly problem: string };

/** Reads the text of a filter or rule pattern. Never throws, whatever the text. */
export function parseEventPattern(text: string): ParsedPattern {
  if (text.length > PATTERN_LIMIT)
    return { problem: `The pattern is longer than ${PATTERN_LIMIT} characters.` };
  const read = readExactJson(text);
  if (read === undefined) return { problem: 'The pattern is not JSON.' };
  try {
    return { pattern: parseObject(read.value) };
  } catch (error) {
    if (error instanceof PatternProblem) return { problem: error.message };
    throw error;
  }
}

function parseObject(value: JsonValue): EventPattern {
  if (!isJsonObject(value)) throw new PatternProblem('A pattern must be an object.');
  const fields: FieldPattern[] = [];
  const alternatives: EventPattern[][] = [];
  for (const [name, member] of Object.entries(value)) {
    const choices = name === '$or' ? choicesOf(member) : undefined;
    if (choices === undefined) fields.push(parseField(name, member));
    else alternatives.push(choices.map(parseObject));
  }
  if (fields.length === 0 && alternatives.length === 0) {
    throw new PatternProblem('An object in a pattern must not be empty.');
  }
  return { fields, alternatives };
}

function parseField(name: string, member: JsonValue): FieldPattern {
  if (isJsonObject(member)) return { name, inner: parseObject(member) };
  if (!isArray(member)) throw new PatternProblem(`"${name}" must be an object or an array.`);
  if (member.length === 0) throw new PatternProblem(`The array of "${name}" must not be empty.`);
  return { name, anyOf: member.map(parseComparison) };
}

/** `$or` is a choice only over two or more objects that could not be comparisons; else it is a name like others. */
function choicesOf(member: JsonValue): readonly JsonObject[] | undefined {
  if (!isArray(member) || member.length < 2 || !member.every(isJsonObject)) return undefined;
  return member.some((choice) => Object.keys(choice).some(isOperator)) ? undefined : member;
}
