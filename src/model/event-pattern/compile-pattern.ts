import { compileComparison } from './compile-comparison.ts';
import type { Comparison, EventPattern } from './event-pattern.ts';
import { isArray, isJsonObject, type JsonObject, type JsonScalar, type JsonValue } from './exact-json.ts';
import { type Demand, expandPattern, type MemberDemand } from './expand-pattern.ts';

/** Whether an event has what the pattern asks for. Never throws, whatever the event. */
export type EventMatcher = (event: JsonValue) => boolean;

/** @param absent by the number of each `exists: false`, whether the event has no value anywhere on its path */
type Match = (value: JsonValue | undefined, absent: readonly boolean[]) => boolean;

/**
 * Makes a matcher. Arrays in the event count by their elements, at any depth, and everything a pattern asks for of one
 * array must be true of one and the same element; `exists: false` alone looks at all of them.
 */
export function compileEventPattern(pattern: EventPattern): EventMatcher {
  const absences: (readonly string[])[] = [];
  const choices = expandPattern(pattern).map((demand) => compileDemand(demand, [], absences));
  return (event) => {
    const absent = absences.map((path) => !hasValue(event, path));
    return elementsOrNone(event).some((element) => choices.some((match) => match(element, absent)));
  };
}

/** For one element: what is no object has no members, which can still be what is asked for. */
function compileDemand(demand: Demand, path: readonly string[], absences: (readonly string[])[]): Match {
  const members = [...demand].map(([name, wanted]) => ({
    name,
    match: compileMember(wanted, [...path, name], absences),
  }));
  return (element, absent) =>
    members.every(({ name, match }) =>
      match(isJsonObject(element) ? memberOf(element, name) : undefined, absent),
    );
}

function compileMember(
  { lists, inner }: MemberDemand,
  path: readonly string[],
  absences: (readonly string[])[],
): Match {
  const tests = lists.map((list) => compileList(list, path, absences));
  const matchInner = inner && compileDemand(inner, path, absences);
  return (value, absent) =>
    elementsOrNone(value).some(
      (element) =>
        tests.every((match) => match(element, absent)) &&
        (matchInner === undefined || matchInner(element, absent)),
    );
}

/** One of several values. */
function compileList(
  list: readonly Comparison[],
  path: readonly string[],
  absences: (readonly string[])[],
): Match {
  const comparisons = list.map(compileComparison);
  const isAbsenceGood = list.some((wanted) => wanted.kind === 'exists' && !wanted.value);
  const number = isAbsenceGood ? absences.push(path) - 1 : undefined;
  return (element, absent) =>
    (number !== undefined && absent[number] === true) ||
    (element !== undefined &&
      !isJsonObject(element) &&
      comparisons.some((holds) => holds(element as JsonScalar)));
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

const NONE = [undefined];

/** What is not there can still satisfy a pattern that asks for that. */
function elementsOrNone(value: JsonValue | undefined): readonly (JsonValue | undefined)[] {
  const elements = elementsOf(value);
  return elements.length === 0 ? NONE : elements;
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
