import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { markerAfter, markerNumber, readMarker } from './list-marker.ts';

test('a marker brings back the key it was made from', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (name, version) => {
      expect(readMarker(markerAfter(name, version))).toEqual([name, version]);
    }),
  );
});

test('without a marker a list starts at the start; a foreign one is refused', () => {
  expect(readMarker(undefined)).toEqual(['', '']);
  expect(readMarker('')).toEqual(['', '']);
  for (const marker of [
    'nonsense',
    markerAfter('a', 'b').slice(2),
    'WzEsMl0',
    'W10',
    markerAfter('\0', ''),
  ]) {
    expect(() => readMarker(marker)).toThrow('Invalid pagination marker');
  }
});

test('a number that no version can have is refused', () => {
  expect(['', '0', '17', '2147483647'].map(markerNumber)).toEqual([0, 0, 17, 2_147_483_647]);
  for (const part of ['2147483648', '999999999999999', '-1', '1e3', 'x']) {
    expect(() => markerNumber(part)).toThrow('Invalid pagination marker');
  }
});
