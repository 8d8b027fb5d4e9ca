import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileEventPattern } from './compile-pattern.ts';
import { RULE_DIALECT } from './event-pattern.ts';
import { parseEventPattern } from './parse-pattern.ts';

/*
 * A second matcher, slow and obvious: it writes an event out as every event without arrays that it stands for, and asks
 * of each whether it has all the pattern wants. Whether something is missing is asked of the whole event.
 */

type Json = string | number | boolean | null | Json[] | { [name: string]: Json };
type Plain = string | number | boolean | null | { [name: string]: Plain };

function isObject(value: unknown): value is { [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** One element for every array, in all ways; an array without elements is as if it were not there. */
function withoutArrays(value: Json): Plain[] {
  if (Array.isArray(value)) return value.flatMap(withoutArrays);
  if (!isObject(value)) return [value];
  let objects: { [name: string]: Plain }[] = [{}];
  for (const [name, member] of Object.entries(value)) {
    const choices = withoutArrays(member);
    if (choices.length > 0)
      objects = objects.flatMap((object) => choices.map((choice) => ({ ...object, [name]: choice })));
  }
  return objects;
}

function matches(pattern: Json, event: Json): boolean {
  const everything = withoutArrays(event);
  return everything.some((plain) => hasAll(pattern, plain, everything, []));
}

function hasAll(pattern: Json, plain: Plain | undefined, everything: Plain[], path: string[]): boolean {
  if (!isObject(pattern)) throw new Error('no pattern');
  return Object.entries(pattern).every(([name, wanted]) => {
    if (name === '$or' && Array.isArray(wanted))
      return wanted.some((choice) => hasAll(choice, plain, everything, path));
    const member = isObject(plain) ? plain[name] : undefined;
    if (!Array.isArray(wanted)) return hasAll(wanted, member, everything, [...path, name]);
    return wanted.some((one) => {
      if (isObject(one) && one['exists'] === false)
        return everything.every((whole) => !isValue(at(whole, [...path, name])));
      return isValue(member) && holds(one, member);
    });
  });
}

function at(plain: Plain, path: string[]): Plain | undefined {
  let value: Plain | undefined = plain;
  for (const name of path) value = isObject(value) ? value[name] : undefined;
  return value;
}

function isValue(value: Plain | undefined): value is string | number | boolean | null {
  return value !== undefined && !isObject(value);
}

function holds(wanted: Json, value: string | number | boolean | null): boolean {
  if (!isObject(wanted)) return wanted === value;
  const [[operator, operand]] = Object.entries(wanted) as [[string, Json]];
  if (operator === 'exists') return true;
  if (operator === 'anything-but') {
    const excluded = isObject(operand)
      ? Object.entries(operand).flatMap(([name, texts]) => [texts].flat().map((text) => ({ [name]: text })))
      : [operand].flat();
    return !excluded.some((one) => holds(one, value));
  }
  if (operator === 'numeric')
    return typeof value === 'number' && within(value, operand as (string | number)[]);
  if (typeof value !== 'string') return false;
  return holdsForText(operator, operand, value);
}

function within(value: number, [operator, bound, ...rest]: (string | number)[]): boolean {
  const compared = Math.sign(value - Number(bound));
  const signs: Record<string, number[]> = { '=': [0], '<': [-1], '<=': [-1, 0], '>': [1], '>=': [1, 0] };
  return (signs[String(operator)] ?? []).includes(compared) && (rest.length === 0 || within(value, rest));
}

function holdsForText(operator: string, operand: Json, value: string): boolean {
  const ignoresCase = isObject(operand) || operator === 'equals-ignore-case';
  const text = (isObject(operand) ? operand['equals-ignore-case'] : operand) as string;
  const escaped = text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  const patterns: Record<string, string> = {
    prefix: `^${escaped}`,
    suffix: `${escaped}$`,
    'equals-ignore-case': `^${escaped}$`,
    wildcard: `^${escaped.replaceAll(String.raw`\*`, '.*')}$`,
  };
  if (operator === 'cidr') return inNetwork(text, value);
  return new RegExp(patterns[operator] ?? '^$', ignoresCase ? 'is' : 's').test(value);
}

/** By the bits of IPv4 addresses written out. */
function inNetwork(network: string, value: string): boolean {
  const [address = '', length] = network.split('/');
  const bits = (text: string): string =>
    text
      .split('.')
      .map((part) => Number(part).toString(2).padStart(8, '0'))
      .join('')
      .slice(0, Number(length));
  return /^\d+\.\d+\.\d+\.\d+$/.test(value) && bits(address) === bits(value);
}

const NAME = fc.constantFrom('a', 'b', 'c');
const TEXT = fc.constantFrom('x', 'xy', 'yX', 'xyx', '', '10.0.0.7', '10.0.1.7');
const SCALAR = fc.oneof(TEXT, fc.constantFrom<Json>(0, 1, 2.5, -3, true, false, null));

/** An object whose members nest so many levels more. */
function eventOf(levels: number): fc.Arbitrary<Json> {
  const value = levels === 0 ? SCALAR : fc.oneof(SCALAR, eventOf(levels - 1));
  const list = fc.array(fc.oneof(value, fc.array(value, { maxLength: 2 })), { maxLength: 3 });
  return fc.dictionary(NAME, fc.oneof(value, list), { maxKeys: 3 }) as fc.Arbitrary<Json>;
}

const TEXT_TEST = fc.oneof(
  fc.record({ prefix: fc.oneof(TEXT, fc.record({ 'equals-ignore-case': TEXT })) }),
  fc.record({ suffix: fc.oneof(TEXT, fc.record({ 'equals-ignore-case': TEXT })) }),
  fc.record({ 'equals-ignore-case': TEXT }),
  fc.record({ wildcard: fc.constantFrom('x*', '*y*', '*', 'x*x', '*.0.*7', '') }),
);
const COMPARISON = fc.oneof(
  SCALAR,
  TEXT_TEST,
  fc.record({ exists: fc.boolean() }),
  fc.record({ cidr: fc.constantFrom('10.0.0.0/24', '10.0.0.0/8', '0.0.0.0/0') }),
  fc.record({ numeric: fc.constantFrom<Json>(['>', 0], ['=', 1], ['>=', 0, '<', 2.5], ['<=', -3]) }),
  fc.record({
    'anything-but': fc.constantFrom<Json>(
      'x',
      ['x', 'xy'],
      1,
      [0, 2.5],
      { prefix: 'x' },
      { suffix: ['x', 'y'] },
      { wildcard: 'x*x' },
      { 'equals-ignore-case': ['YX'] },
    ),
  }),
);

function patternOf(levels: number): fc.Arbitrary<Json> {
  const leaf = fc.array(COMPARISON, { minLength: 1, maxLength: 3 });
  const member = levels === 0 ? leaf : fc.oneof(leaf, patternOf(levels - 1));
  const fields = fc.dictionary(NAME, member, { minKeys: 1, maxKeys: 2 });
  if (levels === 0) return fields;
  const choices = fc.array(patternOf(levels - 1), { minLength: 2, maxLength: 2 });
  return fc
    .tuple(fields, fc.option(choices, { nil: undefined, freq: 2 }))
    .map(([named, or]) => (or === undefined ? named : { ...named, $or: or }) as Json);
}

test('the matcher agrees with a slow, obvious one', () => {
  const agreed = { yes: 0, no: 0 };
  fc.assert(
    fc.property(patternOf(2), eventOf(2), (source, sent) => {
      const parsed = parseEventPattern(JSON.stringify(source), RULE_DIALECT);
      if (parsed.pattern === undefined) throw new Error(parsed.problem);
      const isMatch = compileEventPattern(parsed.pattern)(sent);
      agreed[isMatch ? 'yes' : 'no'] += 1;
      return isMatch === matches(source, sent);
    }),
    { numRuns: 10_000 },
  );
  // Neither answer is one that hardly ever comes up.
  expect(Math.min(agreed.yes, agreed.no)).toBeGreaterThan(300);
});
