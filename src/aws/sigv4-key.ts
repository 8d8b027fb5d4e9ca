import { createHmac } from 'node:crypto';
import { HmacKey } from './hmac-key.ts';
import type { Credential } from './sigv4-credential.ts';

/** One key per access key, day, region and service: a few hundred cover many users over midnight. */
const MAX_KEYS = 512;

interface CachedKey {
  readonly secret: string;
  readonly key: HmacKey;
}

const cachedKeys = new Map<string, CachedKey>();

/** The key that signs all requests of one credential scope. Derived once, then remembered. */
export function signingKey(credential: Credential, secret: string): HmacKey {
  const { accessKeyId, date, region, service } = credential;
  const id = `${accessKeyId}/${date}/${region}/${service}`;
  const cached = cachedKeys.get(id);
  // A key id whose secret was replaced must not verify with the old one.
  if (cached?.secret === secret) return cached.key;
  const key = derive(secret, [date, region, service, 'aws4_request']);
  cachedKeys.delete(id);
  if (cachedKeys.size >= MAX_KEYS) dropOldest();
  cachedKeys.set(id, { secret, key });
  return key;
}

/** How many keys are remembered now. */
export function cachedKeyCount(): number {
  return cachedKeys.size;
}

function derive(secret: string, scope: readonly string[]): HmacKey {
  let key: Buffer = Buffer.from(`AWS4${secret}`);
  for (const part of scope) key = createHmac('sha256', key).update(part).digest();
  return new HmacKey(key);
}

function dropOldest(): void {
  for (const id of cachedKeys.keys()) {
    cachedKeys.delete(id);
    return;
  }
}
