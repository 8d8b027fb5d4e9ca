import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isIgnored, parseIgnoreRules, usualIgnores } from './ignore.ts';

const ignores = (lines: readonly string[], path: string, isFolder = false) =>
  isIgnored(parseIgnoreRules(lines), path, isFolder);

describe('patterns', () => {
  test.each([
    ['*.log', 'a.log', true],
    ['*.log', 'deep/down/a.log', true],
    ['*.log', 'a.logs', false],
    ['/a.log', 'deep/a.log', false],
    ['/a.log', 'a.log', true],
    ['docs/*.md', 'docs/a.md', true],
    ['docs/*.md', 'docs/deep/a.md', false],
    ['docs/**', 'docs/deep/a.md', true],
    ['**/a/b', 'x/y/a/b', true],
    ['a/**/b', 'a/b', true],
    ['a/**/b', 'a/x/y/b', true],
    ['?.js', 'a.js', true],
    ['?.js', 'ab.js', false],
    ['[ab].js', 'b.js', true],
    ['[!ab].js', 'b.js', false],
    ['a.b', 'aXb', false],
    ['# note', '# note', false],
    [String.raw`\#note`, '#note', true],
    ['build/', 'build', false],
    ['[', '[', true],
    ['[b-a]', '[b-a]', true],
  ])('%s on %s: %s', (pattern, path, expected) => {
    expect(ignores([pattern], path)).toBe(expected);
  });

  test('a trailing slash means folders only', () => {
    expect(ignores(['build/'], 'deep/build', true)).toBe(true);
  });

  test('the last rule that fits decides', () => {
    expect(ignores(['*.env', '!keep.env'], 'keep.env')).toBe(false);
    expect(ignores(['!keep.env', '*.env'], 'keep.env')).toBe(true);
  });

  test('a plain name is ignored at every depth, and only that name', () => {
    const name = fc.stringMatching(/^[a-z0-9._-]{1,12}$/);
    fc.assert(
      fc.property(name, name, fc.array(name), (ignored, other, folders) => {
        const path = [...folders, other].join('/');
        expect(ignores([ignored], path)).toBe(ignored === other);
      }),
    );
  });

  test('no line breaks the reader', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.string(), (lines, path) => {
        expect(typeof ignores(lines, path)).toBe('boolean');
      }),
    );
  });
});

test('the usual ignores', () => {
  const left = [
    '.git',
    '.env',
    'deep/.env.local',
    'pkg/__pycache__',
    'x.pyc',
    '.DS_Store',
    'node_modules/.cache',
  ];
  const kept = ['dist', 'node_modules', 'index.mjs', 'env.py', '.envelope', 'node_modules/pkg/cache'];
  const rules = parseIgnoreRules(usualIgnores);
  expect([...left, ...kept].filter((path) => isIgnored(rules, path, true))).toEqual(left);
});
