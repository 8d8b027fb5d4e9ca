import { compileComparison } from './compile-comparison.ts';
import type { EventPattern, FieldPattern } from './event-pattern.ts';
import { isArray, isJsonObject, type JsonObject, type JsonScalar, type JsonValue } from './exact-json.ts';

/** Whether an event has what the pattern asks for. Never throws, whatever the event. */
export type EventMatcher = (event: JsonValue) => boolean;

/** @param absent by the number of each `exists: false`, whether the event has no value anywhere on its path */
type Match = (value: JsonValue | undefined, absent: readonly boolean[]) => boolean;

const NOTHING: JsonObject = {};

/**
 * Makes a matcher that takes time proportional to pattern times event at most. Arrays in the event count by their
 * elements, at any depth, and everything an object pattern asks for must be true of one and the same element;
 * `exists: false` alone looks at all of them.
 */
export function compileEventPattern(pattern: EventPattern): EventMatcher {
  const absences: (readonly string[])[] = [];
  const match = compileObject(pattern, [], absences);
  return (event) =>
    match(
      event,
      absences.map((path) => !hasValue(event, path)),
    );
}

function compileObject(
  pattern: EventPattern,
  path: readonly string[],
  absences: (readonly string[])[],
): Match {
  const fields = pattern.fields.map((field) => ({
    name: field.name,
    match: compileField(field, [...path, field.name], absences),
  }));
  const alternatives = pattern.alternatives.map((choices) =>
    choices.map((choice) => compileObject(choice, path, absences)),
  );
  return (value, absent) => {
    const objects = elementsOf(value).filter(isJsonObject);
    // What has no members can still satisfy a pattern that asks for none.
    return (objects.length === 0 ? [NOTHING] : objects).some(
      (element) =>
        fields.every(({ name, match }) => match(memberOf(element, name), absent)) &&
        alternatives.every((choices) => choices.some((match) => match(element, absent))),
    );
  };
}

function compileField(field: FieldPattern, path: readonly string[], absences: (readonly string[])[]): Match {
  if ('inner' in field) return compileObject(field.inner, path, absences);
  const comparisons = field.anyOf.map(compileComparison);
  const isAbsenceGood = field.anyOf.some((wanted) => wanted.kind === 'exists' && !wanted.value);
  const number = isAbsenceGood ? absences.push(path) - 1 : undefined;
  return (value, absent) =>
    (number !== undefined && absent[number] === true) ||
    elementsOf(value).some(
      (element) => !isJsonObject(element) && comparisons.some((holds) => holds(element as JsonScalar)),
    );
}

function hasValue(event: JsonValue, path: readonly string[]): boolean {
  let values: (JsonValue | undefined)[] = [event];
  for (const name of path) {
    values = values.flatMap((value) =>
      elementsOf(value)
        .filter(isJsonObject)
        .map((element) => memberOf(element, name)),
    );
  }
  return values.some((value) => elementsOf(value).some((element) => !isJsonObject(element)));
}

function memberOf(object: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** The elements of an array and of arrays in it; any other value by itself; nothing of nothing. */
function elementsOf(value: JsonValue | undefined): readonly JsonValue[] {
  if (value === undefined) return [];
  if (!isArray(value)) return [value];
  const elements: JsonValue[] = [];
  const arrays = [value];
  // A list, since the event's depth is up to whoever sent it.
  for (let next = arrays.pop(); next !== undefined; next = arrays.pop()) {
    for (const element of next) {
      if (isArray(element)) arrays.push(element);
      else elements.push(element);
    }
  }
  return elements;
}
