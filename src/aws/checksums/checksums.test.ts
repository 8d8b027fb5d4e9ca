import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  CHECKSUM_ALGORITHMS,
  type ChecksumAlgorithm,
  combinedChecksum,
  compositeChecksum,
  isChecksumValue,
  isCombinable,
  startChecksum,
} from './checksum-algorithms.ts';

function checksum(algorithm: ChecksumAlgorithm, ...pieces: readonly Uint8Array[]): string {
  const running = startChecksum(algorithm);
  for (const piece of pieces) running.update(piece);
  return running.digest().toString('base64');
}

/** The published check values: of the nine digits. */
test.each([
  ['CRC32', 'cbf43926'],
  ['CRC32C', 'e3069283'],
  ['CRC64NVME', 'ae8b14860a799888'],
  ['MD5', '25f9e794323b453885f5181f1b624d0b'],
  ['SHA1', 'f7c3bc1d808e04732adf679965ccc34ca7ae3441'],
] as const)('%s of 123456789', (algorithm, hex) => {
  expect(Buffer.from(checksum(algorithm, Buffer.from('123456789')), 'base64').toString('hex')).toBe(hex);
});

describe.each(CHECKSUM_ALGORITHMS)('%s', (algorithm) => {
  test('does not depend on how the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }), (pieces) => {
        expect(checksum(algorithm, ...pieces)).toBe(checksum(algorithm, Buffer.concat(pieces)));
      }),
    );
  });

  test('has a form', () => {
    const value = checksum(algorithm, Buffer.from('a'));
    expect(isChecksumValue(algorithm, value)).toBe(true);
    expect(isChecksumValue(algorithm, value.slice(4))).toBe(false);
    expect(isChecksumValue(algorithm, `${value.slice(0, -1)}!`)).toBe(false);
  });
});

test.each(CHECKSUM_ALGORITHMS.filter(isCombinable))('%s of a whole follows from its parts', (algorithm) => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 6 }), (pieces) => {
      const parts = pieces.map((piece) => ({ value: checksum(algorithm, piece), size: piece.length }));
      expect(combinedChecksum(algorithm, parts)).toBe(checksum(algorithm, Buffer.concat(pieces)));
    }),
  );
});

test('a composite checksum is that of the digests', () => {
  const parts = ['a', 'b'].map((text) => ({ value: checksum('SHA256', Buffer.from(text)), size: 1 }));
  const digests = Buffer.concat(parts.map(({ value }) => Buffer.from(value, 'base64')));
  expect(compositeChecksum('SHA256', parts)).toBe(`${checksum('SHA256', digests)}-2`);
});
