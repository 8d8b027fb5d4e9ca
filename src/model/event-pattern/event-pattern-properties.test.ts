import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileEventPattern, type EventMatcher } from './compile-pattern.ts';
import type { JsonObject, JsonValue } from './exact-json.ts';
import { parseEventPattern } from './parse-pattern.ts';

const NAME = fc.constantFrom('a', 'b', 'c', '$or', '');
const SCALAR = fc.constantFrom<string | number | boolean | null>('x', 'xy', '', 0, 1, 2.5, true, null);

const { event } = fc.letrec<{ event: JsonObject; value: JsonValue }>((tie) => ({
  event: fc.dictionary(NAME, tie('value'), { maxKeys: 3 }) as fc.Arbitrary<JsonObject>,
  value: fc.oneof({ depthSize: 'small' }, SCALAR, fc.array(tie('value'), { maxLength: 3 }), tie('event')),
}));

const LEAF = fc.array(
  fc.oneof(
    SCALAR,
    fc.record({ prefix: fc.constantFrom('', 'x') }),
    fc.record({ exists: fc.boolean() }),
    fc.record({ 'anything-but': fc.constantFrom<unknown>('x', 1, { suffix: 'y' }) }),
    fc.record({ numeric: fc.constantFrom(['>', 0], ['=', 1]) }),
  ),
  { minLength: 1, maxLength: 2 },
);

type PatternSource = { [name: string]: unknown };

const { pattern } = fc.letrec<{ pattern: PatternSource }>((tie) => ({
  pattern: fc.dictionary(
    fc.constantFrom('a', 'b', 'c'),
    fc.oneof({ depthSize: 'small' }, LEAF, tie('pattern')),
    {
      minKeys: 1,
      maxKeys: 3,
    },
  ) as fc.Arbitrary<PatternSource>,
}));

function matcher(source: PatternSource): EventMatcher {
  const parsed = parseEventPattern(JSON.stringify(source));
  if (parsed.pattern === undefined) throw new Error(parsed.problem);
  return compileEventPattern(parsed.pattern);
}

/** A pattern that asks for exactly what an event has, following one element of every array. */
function asking(value: JsonObject): PatternSource | undefined {
  const fields = Object.entries(value).map(([name, member]) => [name, askingFor(member)] as const);
  const asked = fields.filter(([, wanted]) => wanted !== undefined);
  return asked.length === 0 ? undefined : Object.fromEntries(asked);
}

function askingFor(member: JsonValue): unknown {
  let value: JsonValue | undefined = member;
  while (Array.isArray(value)) value = (value as readonly JsonValue[])[0];
  if (value === undefined) return undefined;
  return typeof value === 'object' && value !== null ? asking(value as JsonObject) : [value];
}

describe('event patterns', () => {
  test('a pattern built from an event matches it', () => {
    fc.assert(
      fc.property(event, (value) => {
        const source = asking(value);
        if (source !== undefined) expect(matcher(source)(value)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  test('asking for more never matches more', () => {
    fc.assert(
      fc.property(pattern, pattern, event, (first, second, value) => {
        const more = merged(first, second);
        if (more !== undefined && matcher(more)(value)) expect(matcher(first)(value)).toBe(true);
      }),
      { numRuns: 5000 },
    );
  });

  test('another value in a list never matches less', () => {
    fc.assert(
      fc.property(LEAF, LEAF, event, (first, second, value) => {
        if (matcher({ a: first })(value)) expect(matcher({ a: [...first, ...second] })(value)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  test('a choice matches when one of its patterns does', () => {
    fc.assert(
      fc.property(pattern, pattern, event, (first, second, value) => {
        const either = matcher(first)(value) || matcher(second)(value);
        expect(matcher({ $or: [first, second] })(value)).toBe(either);
      }),
      { numRuns: 3000 },
    );
  });

  test('a value either exists or does not', () => {
    fc.assert(
      fc.property(fc.constantFrom('a', 'b'), event, (name, value) => {
        const there = matcher({ [name]: [{ exists: true }] })(value);
        expect(matcher({ [name]: [{ exists: false }] })(value)).toBe(!there);
      }),
    );
  });
});

/** Everything both ask for; undefined where they ask different things of one field. */
function merged(first: PatternSource, second: PatternSource): PatternSource | undefined {
  const result: PatternSource = { ...first };
  for (const [name, wanted] of Object.entries(second)) {
    const present = result[name];
    if (present === undefined) result[name] = wanted;
    else if (Array.isArray(present) || Array.isArray(wanted)) return undefined;
    else result[name] = merged(present as PatternSource, wanted as PatternSource);
    if (result[name] === undefined) return undefined;
  }
  return result;
}
