import { readFileSync } from 'node:fs';

const USUAL_BYTES = 208 * 1024;

/** What a socket holds of what was written to it, unless somebody sets it otherwise. */
export function socketBufferBytes(): number {
  try {
    return Math.max(USUAL_BYTES, Number(readFileSync('/proc/sys/net/core/wmem_default', 'utf8')));
  } catch {
    // Only Linux tells; elsewhere it is less.
    return USUAL_BYTES;
  }
}
