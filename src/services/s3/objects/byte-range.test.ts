import { expect, test } from 'vitest';
import { rangeOf } from './byte-range.ts';

test.each([
  ['bytes=0-3', 10, { start: 0, end: 3 }],
  ['bytes=4-', 10, { start: 4, end: 9 }],
  ['bytes=-3', 10, { start: 7, end: 9 }],
  ['bytes=-30', 10, { start: 0, end: 9 }],
  ['bytes=5-99', 10, { start: 5, end: 9 }],
  ['bytes=9-9', 10, { start: 9, end: 9 }],
  ['bytes=0-1,3-4', 10, undefined],
  ['bytes=4-2', 10, undefined],
  ['bytes=-', 10, undefined],
  ['lines=1-2', 10, undefined],
  [undefined, 10, undefined],
])('%s of %i bytes', (header, size, range) => {
  expect(rangeOf(header, size)).toEqual(range);
});

test.each([
  ['bytes=10-', 10],
  ['bytes=10-12', 10],
  ['bytes=-0', 10],
  ['bytes=0-', 0],
  ['bytes=-5', 0],
])('%s of %i bytes cannot be had', (header, size) => {
  expect(() => rangeOf(header, size)).toThrow('The requested range is not satisfiable');
});
