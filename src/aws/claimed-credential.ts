import { v2Claim, v2Credential } from './sigv2.ts';
import { parseCredential } from './sigv4.ts';
import type { Credential } from './sigv4-credential.ts';

/** Who a request says it is from, in any version of the signature; nothing verified. */
export function claimedCredential(
  authorization: string | undefined,
  rawQuery: string,
): Credential | undefined {
  const credential = parseCredential(authorization, rawQuery);
  if (credential !== undefined) return credential;
  const older = v2Claim(authorization, rawQuery);
  return older === undefined ? undefined : v2Credential(older);
}
