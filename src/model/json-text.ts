import { isUtf8 } from 'node:buffer';

/**
 * Whether the bytes are one JSON text in UTF-8. On the invoke path, so the parser that is written in C++ does the
 * work: read as Latin-1, every byte beyond ASCII is a letter, which JSON allows in exactly the places it allows
 * the real characters. (A walk over the bytes in JavaScript is no faster on megabytes.)
 */
export function isJsonText(bytes: Uint8Array): boolean {
  if (!isUtf8(bytes)) return false;
  try {
    JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1'));
    return true;
  } catch {
    return false;
  }
}
