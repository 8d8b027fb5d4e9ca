import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { processorMs } from '../../../../test/support/processor-time.ts';
import { compileRegex } from './linear-regex.ts';

const atom = fc.constantFrom(
  'a',
  'b',
  'c',
  '.',
  '\\d',
  '\\w',
  '\\s',
  '\\S',
  '[ab]',
  '[^a]',
  '[a-c0-9]',
  '\\.',
  '\\x61',
  '-',
);
const quantifier = fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{1,3}', '{2,}');
const piece = fc.tuple(atom, quantifier).map(([a, q]) => a + q);
const sequence = fc
  .tuple(fc.constantFrom('', '^'), fc.array(piece, { maxLength: 5 }), fc.constantFrom('', '$'))
  .map(([start, pieces, end]) => start + pieces.join('') + end);
const source = fc.array(sequence, { minLength: 1, maxLength: 3 }).map((all) => all.join('|'));
const text = fc.string({
  unit: fc.constantFrom('a', 'b', 'c', '1', '.', ' ', '-', 'é', '\n'),
  maxLength: 12,
});

describe('compileRegex', () => {
  test('finds what a backtracking expression finds', () => {
    fc.assert(
      fc.property(source, text, (pattern, subject) => {
        const expected = new RegExp(pattern).test(subject);
        expect({ pattern, subject, found: compileRegex(pattern)(subject) }).toEqual({
          pattern,
          subject,
          found: expected,
        });
      }),
      { numRuns: 2000 },
    );
  });

  test('takes time that grows with the text only', () => {
    const find = compileRegex('a*a*a*a*a*a*b');
    const search = (): void => expect(find('a'.repeat(1_000_000))).toBe(false);
    expect(processorMs(search)).toBeLessThan(2000);
  });

  test.each([
    ['(a)', "Invalid character(s) in term '('"],
    ['a!', "Invalid character(s) in term '!'"],
    ['a b', "Invalid character(s) in term ' '"],
    ['*a', 'Invalid filter pattern'],
    ['a**', 'Invalid filter pattern'],
    ['[a', 'Invalid filter pattern'],
    ['[b-a]', 'Invalid filter pattern'],
    ['a\\', 'Invalid filter pattern'],
    ['\\q', 'Invalid filter pattern'],
    ['a{999}', 'Invalid filter pattern'],
  ])('refuses %s', (pattern, message) => {
    expect(() => compileRegex(pattern)).toThrow(message);
  });
});
