import { expect, test } from 'vitest';
import { importCircles } from './import-circles.ts';

function circles(imports: Record<string, string[]>): string[][] {
  return importCircles(Object.keys(imports), (file) => imports[file] ?? []);
}

test('a tree has none, however often a file is imported', () => {
  expect(circles({ a: ['b', 'c'], b: ['d'], c: ['d'], d: [] })).toEqual([]);
});

test('two files that import each other are one, wherever it is entered', () => {
  expect(circles({ z: ['b'], b: ['a'], a: ['b'] })).toEqual([['a', 'b', 'a']]);
});

test('so are longer ways round, and each is told', () => {
  expect(circles({ a: ['b'], b: ['c'], c: ['a', 'd'], d: ['e'], e: ['d'] })).toEqual([
    ['a', 'b', 'c', 'a'],
    ['d', 'e', 'd'],
  ]);
});

test('a file that imports itself is a circle', () => {
  expect(circles({ a: ['a'] })).toEqual([['a', 'a']]);
});
