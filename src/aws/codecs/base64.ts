import { serializationError } from './serialization-error.ts';

/** Decodes base64, line breaks allowed, and refuses text that isn't: Node skips over characters it doesn't know. */
export function decodeBase64(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length === Buffer.byteLength(text, 'base64')) return bytes;
  const packed = text.replace(/\s+/g, '');
  if (bytes.length !== Buffer.byteLength(packed, 'base64')) throw serializationError('Invalid base64');
  return bytes;
}

export function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
}
