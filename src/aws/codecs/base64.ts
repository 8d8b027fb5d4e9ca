import { serializationError } from './serialization-error.ts';

/** Decodes base64, line breaks allowed, and refuses text that isn't: Node skips over characters it doesn't know. */
export function decodeBase64(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64');
  if (!isWhole(text, bytes.length) && !isWhole(text.replace(/\s+/g, ''), bytes.length)) {
    throw serializationError('Invalid base64');
  }
  return bytes;
}

/** Every character counted: four make three bytes, and one alone makes none. */
function isWhole(text: string, decodedLength: number): boolean {
  return Buffer.byteLength(text, 'base64') === decodedLength && text.length % 4 !== 1;
}

export function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
}
