import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { processorMs } from '../../../test/support/processor-time.ts';
import { matchesGlob } from './glob.ts';
import { patternTokens, textPattern } from './text-pattern.ts';

const NO_KEYS = new Map<string, string[]>();
const rules = { wildcards: true, variables: false };

/** Says what a pattern means and nothing about how to find out fast. */
function naive(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  const [first, rest] = [pattern[0], pattern.slice(1)];
  if (first === '*') return naive(rest, text) || (text !== '' && naive(pattern, text.slice(1)));
  return text !== '' && (first === '?' || first === text[0]) && naive(rest, text.slice(1));
}

describe('matchesGlob', () => {
  test('agrees with what wildcards mean', () => {
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', ':', '*', '?'), maxLength: 8 });
    const text = fc.string({ unit: fc.constantFrom('a', 'b', ':'), maxLength: 10 });
    fc.assert(
      fc.property(pattern, text, (wanted, given) => {
        const expected = naive(wanted, given);
        expect(textPattern(wanted, rules)(given, NO_KEYS)).toBe(expected);
        const tokens = patternTokens(wanted, rules).filter((token) => typeof token === 'number');
        expect(matchesGlob(tokens, given)).toBe(expected);
      }),
      { numRuns: 3000 },
    );
  });

  test('does not explode on many wildcards', () => {
    const matches = textPattern(`${'*a'.repeat(200)}b`, rules);
    const match = (): void => expect(matches('a'.repeat(20_000), NO_KEYS)).toBe(false);
    expect(processorMs(match)).toBeLessThan(2000);
  });
});
