import { expect, test } from 'vitest';
import type { ConstraintJson } from '../schema/constraint-json.ts';
import { serviceIndex, serviceModel } from '../schema/service-model.ts';
import { compilePattern } from './pattern.ts';

function patternsOf(constraint: ConstraintJson | undefined): string[] {
  if (constraint === undefined) return [];
  const own = constraint.pattern === undefined ? [] : [constraint.pattern];
  return [...own, ...patternsOf(constraint.element), ...patternsOf(constraint.key)];
}

test('every pattern of every model compiles', () => {
  const patterns = serviceIndex().flatMap(({ name }) =>
    serviceModel(name).constraints.constraints.flatMap(patternsOf),
  );
  expect(patterns.length).toBeGreaterThan(300);
  expect(patterns.filter((pattern) => compilePattern(pattern) === undefined)).toEqual([]);
});

test('a pattern matches whole values, alternatives included', () => {
  const pattern = compilePattern('a|bc');
  expect(pattern?.test('bc')).toBe(true);
  expect(pattern?.test('abc')).toBe(false);
});

test("Java's classes", () => {
  expect(compilePattern(String.raw`[\p{Alnum}]+`)?.test('aZ9')).toBe(true);
  expect(compilePattern(String.raw`\p{Print}+`)?.test('a policy-1')).toBe(true);
  expect(compilePattern(String.raw`\p{Print}+`)?.test('tab\t')).toBe(false);
  expect(compilePattern(String.raw`[\p{L}\p{Z}\p{N}_.:/=+\-@]*`)?.test('né 1-')).toBe(true);
});

test("Java's flag for either case", () => {
  expect(compilePattern('(?i)all|[0-9]{12}')?.test('ALL')).toBe(true);
});

test('what no expression can be made of constrains nothing', () => {
  expect(compilePattern('(')).toBeUndefined();
});
