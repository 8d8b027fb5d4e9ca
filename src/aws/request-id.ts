import { randomFillSync } from 'node:crypto';

const ID_BYTES = 16;
/** Random bytes for so many ids are fetched at once. */
const POOL_BYTES = 256 * ID_BYTES;
const pool = new Uint8Array(POOL_BYTES);
let used = POOL_BYTES;

const text = Buffer.alloc(36, '-');
const DIGITS = Buffer.from('0123456789abcdef');
/** Where the digits of each byte go. */
const PLACES = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34] as const;

/** A random UUID, version 4, as one flat text: `randomUUID`'s is put together anew by everyone who writes it. */
export function requestId(): string {
  if (used === POOL_BYTES) {
    randomFillSync(pool);
    used = 0;
  }
  for (let index = 0; index < ID_BYTES; index += 1) {
    const byte = pool[used + index] ?? 0;
    const place = PLACES[index] ?? 0;
    text[place] = DIGITS[byte >> 4] ?? 0;
    text[place + 1] = DIGITS[byte & 15] ?? 0;
  }
  text[14] = 0x34;
  text[19] = DIGITS[8 + ((pool[used + 8] ?? 0) >> 6)] ?? 0;
  // Nobody finds a used one in memory.
  pool.fill(0, used, used + ID_BYTES);
  used += ID_BYTES;
  return text.toString('latin1');
}
