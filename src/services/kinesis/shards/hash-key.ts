import { hash } from 'node:crypto';

/**
 * Places in the space that partition keys are hashed into: 0 to 2^128 - 1, kept as 32 hexadecimal digits, which sort as
 * the numbers do. The API has them in decimal.
 */
export type HashKey = string;

const DIGITS = 32;
const SPACE = 1n << 128n;

export const LOWEST_HASH: HashKey = '0'.repeat(DIGITS);
export const HIGHEST_HASH: HashKey = 'f'.repeat(DIGITS);

export function hashOf(partitionKey: string): HashKey {
  return hash('md5', partitionKey, 'hex');
}

export function hashKey(value: bigint): HashKey {
  return value.toString(16).padStart(DIGITS, '0');
}

export function hashValue(key: HashKey): bigint {
  return BigInt(`0x${key}`);
}

export function decimalHash(key: HashKey): string {
  return hashValue(key).toString();
}

/** Undefined for a number beyond the space. */
export function parseHash(decimal: string): HashKey | undefined {
  const value = BigInt(decimal);
  return value < SPACE ? hashKey(value) : undefined;
}

/** Where each of `count` equal parts of the space begins. */
export function evenStarts(count: number): HashKey[] {
  const size = SPACE / BigInt(count);
  return Array.from({ length: count }, (_, index) => hashKey(size * BigInt(index)));
}

/** The one before. */
export function before(key: HashKey): HashKey {
  return hashKey(hashValue(key) - 1n);
}

/** The one behind. */
export function behind(key: HashKey): HashKey {
  return hashKey(hashValue(key) + 1n);
}
