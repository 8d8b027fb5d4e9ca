import { cidrMatcher } from './cidr.ts';
import type { Comparison, NumericBound } from './event-pattern.ts';
import { JsonNumber, type JsonScalar } from './exact-json.ts';
import { matchesWildcard } from './wildcard.ts';

/** Whether a value is what one element of a pattern's array asks for. */
export function compileComparison(comparison: Comparison): (value: JsonScalar) => boolean {
  switch (comparison.kind) {
    case 'string':
    case 'literal':
      return (value) => value === comparison.value;
    case 'number':
      return (value) => textOf(value) === comparison.text;
    case 'prefix':
      return (value) => typeof value === 'string' && value.startsWith(comparison.value);
    case 'suffix':
      return (value) => typeof value === 'string' && value.endsWith(comparison.value);
    case 'equals-ignore-case': {
      const wanted = comparison.value.toLowerCase();
      return (value) => typeof value === 'string' && value.toLowerCase() === wanted;
    }
    case 'prefix-ignore-case': {
      const wanted = comparison.value.toLowerCase();
      return (value) => typeof value === 'string' && value.toLowerCase().startsWith(wanted);
    }
    case 'suffix-ignore-case': {
      const wanted = comparison.value.toLowerCase();
      return (value) => typeof value === 'string' && value.toLowerCase().endsWith(wanted);
    }
    case 'wildcard':
      return (value) => typeof value === 'string' && matchesWildcard(comparison.parts, value);
    case 'cidr': {
      const isIn = cidrMatcher(comparison);
      return (value) => typeof value === 'string' && isIn(value);
    }
    case 'numeric':
      return (value) => isWithin(value, comparison.bounds);
    case 'exists':
      return () => comparison.value;
    case 'anything-but': {
      const excluded = comparison.none.map(compileComparison);
      return (value) => !excluded.some((holds) => holds(value));
    }
  }
}

/** The text of a number; undefined for everything else. */
function textOf(value: JsonScalar): string | undefined {
  return value instanceof JsonNumber ? value.text : typeof value === 'number' ? String(value) : undefined;
}

function isWithin(value: JsonScalar, bounds: readonly NumericBound[]): boolean {
  const number = value instanceof JsonNumber ? value.value : value;
  return typeof number === 'number' && bounds.every((bound) => keeps(number, bound));
}

function keeps(number: number, bound: NumericBound): boolean {
  switch (bound.operator) {
    case '=':
      return number === bound.value;
    case '<':
      return number < bound.value;
    case '<=':
      return number <= bound.value;
    case '>':
      return number > bound.value;
    case '>=':
      return number >= bound.value;
  }
}
