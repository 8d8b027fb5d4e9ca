import { hash, webcrypto } from 'node:crypto';

/** Above this the digest is computed off the main thread. */
const HASH_INLINE_BYTES = 256 * 1024;

/** Lower-case hex */
export async function sha256Of(content: Uint8Array): Promise<string> {
  if (content.byteLength <= HASH_INLINE_BYTES) return hash('sha256', content, 'hex');
  const digest = await webcrypto.subtle.digest('SHA-256', content);
  return Buffer.from(digest).toString('hex');
}
