import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import type { SessionClaims } from '../../model/identity/session-claims.ts';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Tells tokens of this form from those of a later one. */
const FORM = 1;

/**
 * Session tokens hold what they stand for, sealed with a key of the platform: nothing is kept of a session, it outlives
 * a restart, and every platform on the same store knows it.
 */
export class SessionTokens {
  readonly #key: Uint8Array;

  /** @param key 32 bytes */
  constructor(key: Uint8Array) {
    this.#key = key;
  }

  issue(claims: SessionClaims): { readonly secretAccessKey: string; readonly sessionToken: string } {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.#key, nonce);
    const sealed = Buffer.concat([cipher.update(JSON.stringify(claims)), cipher.final()]);
    const token = Buffer.concat([Buffer.of(FORM), nonce, cipher.getAuthTag(), sealed]);
    return {
      secretAccessKey: this.secretOf(claims.accessKeyId),
      sessionToken: token.toString('base64'),
    };
  }

  /** @returns undefined for what was never issued, or to another access key */
  read(token: string, accessKeyId: string): SessionClaims | undefined {
    const bytes = Buffer.from(token, 'base64');
    if (bytes.length < 1 + NONCE_BYTES + TAG_BYTES || bytes[0] !== FORM) return undefined;
    // The decoder passes over what is none of it.
    if (bytes.toString('base64') !== token) return undefined;
    const nonce = bytes.subarray(1, 1 + NONCE_BYTES);
    const tag = bytes.subarray(1 + NONCE_BYTES, 1 + NONCE_BYTES + TAG_BYTES);
    try {
      const decipher = createDecipheriv(CIPHER, this.#key, nonce, { authTagLength: TAG_BYTES });
      decipher.setAuthTag(tag);
      const sealed = bytes.subarray(1 + NONCE_BYTES + TAG_BYTES);
      const text = Buffer.concat([decipher.update(sealed), decipher.final()]).toString();
      const claims = JSON.parse(text) as SessionClaims;
      return claims.accessKeyId === accessKeyId ? claims : undefined;
    } catch {
      return undefined;
    }
  }

  /** 40 characters, as AWS's are. */
  secretOf(accessKeyId: string): string {
    return createHmac('sha256', this.#key).update(`secret ${accessKeyId}`).digest('base64').slice(0, 40);
  }
}
