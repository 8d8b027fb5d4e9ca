import { hash } from 'node:crypto';

const BLOCK_BYTES = 64;
const HASH_BYTES = 32;
/** UTF-8 needs at most three bytes for one UTF-16 code unit. */
const MAX_BYTES_PER_UNIT = 3;

/** The inner block and a text behind it; what is longer gets a buffer of its own. */
const shared = Buffer.alloc(4096);

/**
 * A key for HMAC-SHA256, for many short texts. Two hashes in one call each: Node's Hmac is a stream that is made, told
 * which hash, fed and read for every text, which takes several times as long.
 */
export class HmacKey {
  readonly #inner = Buffer.alloc(BLOCK_BYTES);
  /** The outer block, and room for the inner hash. */
  readonly #outer = Buffer.alloc(BLOCK_BYTES + HASH_BYTES);

  constructor(key: Uint8Array) {
    const block = Buffer.alloc(BLOCK_BYTES);
    block.set(key.length > BLOCK_BYTES ? hash('sha256', key, 'buffer') : key);
    for (let at = 0; at < BLOCK_BYTES; at += 1) {
      const byte = block[at] ?? 0;
      this.#inner[at] = byte ^ 0x36;
      this.#outer[at] = byte ^ 0x5c;
    }
  }

  /** The text's HMAC in hex. */
  hex(text: string): string {
    const room = BLOCK_BYTES + text.length * MAX_BYTES_PER_UNIT;
    const buffer = room <= shared.length ? shared : Buffer.allocUnsafe(room);
    buffer.set(this.#inner);
    const end = BLOCK_BYTES + buffer.write(text, BLOCK_BYTES, 'utf8');
    // As text, one byte for each character: a buffer would cost as much as the hash.
    this.#outer.write(hash('sha256', buffer.subarray(0, end), 'binary'), BLOCK_BYTES, 'latin1');
    return hash('sha256', this.#outer, 'hex');
  }
}
