import { hash } from 'node:crypto';

export const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** Of a body that is whole, in hex. */
export function sha256(body: Uint8Array | undefined): string {
  return body === undefined || body.byteLength === 0 ? EMPTY_SHA256 : hash('sha256', body, 'hex');
}
