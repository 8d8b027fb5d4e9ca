import { assert, bigInt, integer, property, string, tuple, uint8Array } from 'fast-check';
import { expect, test } from 'vitest';
import { compareValues, type Scalar } from '../values/compare-values.ts';
import { formatDecimal, parseDecimal } from '../values/decimal.ts';
import { encodeHash, encodeRange, endOfPrefix } from './key-encoding.ts';

const numbers = tuple(bigInt({ min: -(10n ** 37n), max: 10n ** 37n }), integer({ min: -120, max: 80 })).map(
  ([digits, exponent]): Scalar => ({ N: formatDecimal(parseDecimal(`${digits}e${exponent}`)) }),
);
const small = integer({ min: -30, max: 30 }).map((value): Scalar => ({ N: String(value) }));
const texts = string({ unit: 'binary', maxLength: 6 }).map((S): Scalar => ({ S }));
const binaries = uint8Array({ maxLength: 6 }).map((B): Scalar => ({ B }));

test.each([
  ['numbers', numbers],
  ['small numbers', small],
  ['texts', texts],
  ['binary values', binaries],
])('%s are ordered as their encodings', (_, values) => {
  assert(
    property(values, values, (a, b) => {
      const [one, other] = [encodeRange(a), encodeRange(b)];
      expect(one === other ? 0 : one < other ? -1 : 1).toBe(Math.sign(compareValues(a, b) ?? Number.NaN));
      expect(encodeHash(a) === encodeHash(b)).toBe(one === other);
    }),
    { numRuns: 2_000 },
  );
});

test('what begins with a value stands before the end of its prefix, all else does not', () => {
  assert(
    property(uint8Array({ maxLength: 3 }), uint8Array({ maxLength: 4 }), (prefix, value) => {
      const begins = Buffer.compare(value.subarray(0, prefix.length), prefix) === 0;
      const [encoded, end] = [encodeRange({ B: value }), endOfPrefix({ B: prefix })];
      const isInside = encoded >= encodeRange({ B: prefix }) && (end === undefined || encoded < end);
      expect(isInside).toBe(begins);
    }),
    { numRuns: 2_000 },
  );
});
