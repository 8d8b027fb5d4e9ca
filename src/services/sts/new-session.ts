import type { Credentials } from '@aws-sdk/client-sts';
import { accessKeyId } from '../../model/identity/identity-names.ts';
import type { SessionClaims } from '../../model/identity/session-claims.ts';
import type { StsDependencies } from './sts-dependencies.ts';

export type SessionDraft = Omit<SessionClaims, 'accessKeyId' | 'issuedMs' | 'expiresMs'>;

/** Temporary credentials for a session that begins now. They end on the platform's clock, to the second. */
export function newSession(
  { clock, issue }: StsDependencies,
  draft: SessionDraft,
  durationSeconds: number,
): Credentials {
  const issuedMs = Math.floor(clock.now() / 1000) * 1000;
  const expiresMs = issuedMs + durationSeconds * 1000;
  const claims: SessionClaims = { ...draft, accessKeyId: accessKeyId('ASIA'), issuedMs, expiresMs };
  const { secretAccessKey, sessionToken } = issue(claims);
  return {
    AccessKeyId: claims.accessKeyId,
    SecretAccessKey: secretAccessKey,
    SessionToken: sessionToken,
    Expiration: new Date(expiresMs),
  };
}
