import { cbor as smithy } from '@smithy/core/cbor';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ServiceError } from '../../model/service-error.ts';
import { structureOf } from '../schema/shape.ts';
import type { Member, SimpleShape } from '../schema/shape.ts';
import { decodeCbor, Tagged } from './cbor-decode.ts';
import { encodeCbor } from './cbor-encode.ts';
import { readCbor, writeCbor } from './cbor.ts';

const key = fc.string({ maxLength: 8 }).filter((text) => text !== '__proto__');
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true }),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 80n }),
    fc.bigInt({ min: -(2n ** 80n), max: -(2n ** 53n) - 1n }),
    fc.string({ unit: 'grapheme' }),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(key, tie('value'), { maxKeys: 5, noNullPrototype: true }),
  ),
}));

describe('CBOR', () => {
  test('decodes what it encodes', () => {
    fc.assert(
      fc.property(value, (given) => {
        expect(decodeCbor(encodeCbor(given))).toEqual(given);
      }),
    );
  });

  test("reads the SDK's encoding, and the SDK reads ours", () => {
    const shared = fc.dictionary(
      key,
      fc.oneof(fc.boolean(), fc.integer(), fc.maxSafeInteger(), fc.string(), fc.array(fc.integer())),
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(shared, (given) => {
        expect(decodeCbor(smithy.serialize(given))).toEqual(given);
        expect(smithy.deserialize(encodeCbor(given))).toEqual(given);
      }),
    );
  });

  test('refuses bytes that are no CBOR, and nothing else happens', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          decodeCbor(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(ServiceError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ['a length beyond the end', '5affffffff'],
    ['an unfinished list', '82 01'],
    ['something after the value', '01 02'],
    ['a lone break', 'ff'],
    ['a list without end', '9f01'],
  ])('refuses %s', (_what, hex) => {
    expect(() => decodeCbor(Buffer.from(hex.replaceAll(' ', ''), 'hex'))).toThrow('not valid CBOR');
  });

  test('refuses lists nested without end', () => {
    expect(() => decodeCbor(Buffer.alloc(100_000, 0x81))).toThrow('not valid CBOR');
  });

  // The examples of RFC 8949, appendix A.
  test.each([
    ['f93c00', 1],
    ['f97bff', 65504],
    ['f90001', 5.960464477539063e-8],
    ['f97c00', Number.POSITIVE_INFINITY],
    ['fa47c35000', 100000],
    ['fbc010666666666666', -4.1],
    ['1bffffffffffffffff', 18446744073709551615n],
    ['3bffffffffffffffff', -18446744073709551616n],
    ['c249010000000000000000', 18446744073709551616n],
    ['7f657374726561646d696e67ff', 'streaming'],
    ['9f018202039f0405ffff', [1, [2, 3], [4, 5]]],
    ['bf6346756ef563416d7421ff', { Fun: true, Amt: -2 }],
    ['c11a514b67b0', new Tagged(1, 1363896240)],
  ])('decodes %s', (hex, expected) => {
    expect(decodeCbor(Buffer.from(hex, 'hex'))).toEqual(expected);
  });
});

describe('CBOR by shape', () => {
  const simple = (name: string, type: SimpleShape['type']): Member => ({
    name,
    shape: { kind: 'simple', type },
    traits: {},
    required: false,
  });
  const shape = structureOf('Thing', [
    simple('when', 'timestamp'),
    simple('bytes', 'blob'),
    simple('count', 'number'),
    simple('long', 'bigint'),
  ]);

  test('keeps dates, bytes and long integers exact, and leaves unknown members out', () => {
    const thing = {
      when: new Date('2026-05-06T07:08:09.125Z'),
      bytes: Buffer.from('abc'),
      count: 3,
      long: 2n ** 62n,
    };
    expect(readCbor(shape, writeCbor(shape, { ...thing, secret: 1 }))).toEqual(thing);
  });

  test('says what is of the wrong type', () => {
    expect(() => readCbor(shape, encodeCbor({ bytes: 'text' }))).toThrow('STRING_VALUE can not be converted');
  });
});
