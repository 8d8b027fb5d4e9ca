import { expect, test } from 'vitest';
import { pageOf } from './list-page.ts';

const names = ['a', 'b', 'c', 'd', 'e'];
const refuse = (): Error => new Error('bad token');
const page = (limit: number | undefined, token?: string) =>
  pageOf(names, (name) => name, { limit, token }, refuse);

test('pages follow each other, and the last one has no token', () => {
  const first = page(2);
  expect(first.page).toEqual(['a', 'b']);
  const second = page(2, first.more.NextToken);
  expect(second.page).toEqual(['c', 'd']);
  const last = page(2, second.more.NextToken);
  expect([last.page, last.more]).toEqual([['e'], {}]);
  expect(page(5).more).toEqual({});
});

test('what is removed meanwhile is no matter', () => {
  const { more } = page(2);
  const left = names.filter((name) => name !== 'b');
  expect(pageOf(left, (name) => name, { token: more.NextToken }, refuse).page).toEqual(['c', 'd', 'e']);
});

test.each(['', '%%%', 'abc'])('%j is no token', (token) => {
  expect(() => page(2, token)).toThrow('bad token');
});
