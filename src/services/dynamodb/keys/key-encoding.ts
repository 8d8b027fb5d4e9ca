import { hash } from 'node:crypto';
import type { Scalar } from '../values/compare-values.ts';
import { type Decimal, parseDecimal } from '../values/decimal.ts';

const DIGEST_CHARACTERS = 40;
const NEGATIVE = 0x00;
const ZERO = 0x01;
const POSITIVE = 0x02;
/** What makes the smallest exponent 0. */
const EXPONENT_BIAS = 129;

/** Where the items of a partition stand: equal for equal values, evenly spread over all lower-case hex texts. */
export function encodeHash(value: Scalar): string {
  return hash('sha256', orderedBytes(value), 'hex').slice(0, DIGEST_CHARACTERS);
}

/** Texts that sort, byte by byte, as DynamoDB sorts the values. Hex: both databases order it alike. */
export function encodeRange(value: Scalar): string {
  return orderedBytes(value).toString('hex');
}

/**
 * The smallest text that stands behind everything that begins with the value's bytes; undefined when nothing does.
 * For texts and binary values.
 */
export function endOfPrefix(value: Scalar): string | undefined {
  const bytes = orderedBytes(value);
  for (let last = bytes.length - 1; last >= 0; last -= 1) {
    const byte = bytes[last] ?? 0;
    if (byte < 0xff) return Buffer.concat([bytes.subarray(0, last), Buffer.of(byte + 1)]).toString('hex');
  }
  return undefined;
}

function orderedBytes(value: Scalar): Buffer {
  if ('S' in value) return Buffer.from(value.S);
  if ('N' in value) return numberBytes(parseDecimal(value.N));
  return Buffer.from(value.B);
}

/** Sign, exponent, two digits to a byte. Below zero everything is turned round, and longer is less. */
function numberBytes({ sign, digits, exponent }: Decimal): Buffer {
  if (sign === 0) return Buffer.of(ZERO);
  const magnitude = [exponent + EXPONENT_BIAS];
  for (let index = 0; index < digits.length; index += 2) {
    magnitude.push(Number(digits.slice(index, index + 2).padEnd(2, '0')) + 1);
  }
  if (sign > 0) return Buffer.of(POSITIVE, ...magnitude);
  return Buffer.of(NEGATIVE, ...magnitude.map((byte) => 0xff - byte), 0xff);
}
