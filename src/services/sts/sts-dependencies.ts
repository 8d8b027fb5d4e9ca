import type { Clock } from '../../model/clock.ts';
import type { CallerPolicies } from '../../model/identity/caller-identity.ts';
import type { SessionClaims } from '../../model/identity/session-claims.ts';
import type { StoredRole } from '../../model/identity/stored-identity.ts';

/** What the operations of STS work with. */
export interface StsDependencies {
  readonly clock: Clock;
  readonly identities: Pick<CallerPolicies, 'isStrict' | 'policiesOf'> & KnownIdentities;
  /** Makes the secret and the token of a session's access key. */
  readonly issue: (claims: SessionClaims) => {
    readonly secretAccessKey: string;
    readonly sessionToken: string;
  };
}

export interface KnownIdentities {
  findRole(accountId: string, name: string): StoredRole | undefined;
  /** Whether there is such a managed policy for an account. */
  hasPolicy(arn: string, accountId: string): boolean;
}
