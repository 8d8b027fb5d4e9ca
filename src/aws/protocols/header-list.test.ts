import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quoteHeaderItem, splitHeaderList, splitHttpDateList } from './header-list.ts';

describe('lists in headers', () => {
  test('come apart as they were put together', () => {
    const item = fc.string({ minLength: 1 }).map((text) => text.trim() || 'x');
    fc.assert(
      fc.property(fc.array(item, { minLength: 1 }), (items) => {
        expect(splitHeaderList(items.map(quoteHeaderItem).join(', '))).toEqual(items);
      }),
    );
  });

  test.each([
    ['a,b', ['a', 'b']],
    ['a , b', ['a', 'b']],
    ['"a,b", c', ['a,b', 'c']],
    [String.raw`"a\"b"`, ['a"b']],
    ['', ['']],
    ['a,', ['a', '']],
  ])('%j', (text, items) => {
    expect(splitHeaderList(text)).toEqual(items);
  });

  test('dates keep their own commas', () => {
    expect(splitHttpDateList('Mon, 16 Dec 2019 23:48:18 GMT, Tue, 17 Dec 2019 23:48:18 GMT')).toEqual([
      'Mon, 16 Dec 2019 23:48:18 GMT',
      'Tue, 17 Dec 2019 23:48:18 GMT',
    ]);
  });
});
