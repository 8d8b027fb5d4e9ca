import type { PrincipalPolicies } from '../policy/authorize.ts';
import { accountRoot, type AwsPrincipal } from '../policy/principal.ts';
import type { SessionClaims } from './session-claims.ts';

/** Who signed a request. */
export interface CallerIdentity {
  readonly principal: AwsPrincipal;
  /** Of temporary credentials: what they were issued for. */
  readonly session: SessionClaims | undefined;
}

/** The caller of an access key: what it signs with, and who it is. */
export interface IssuedCredential {
  readonly accountId: string;
  readonly secretAccessKey: string;
  readonly caller: CallerIdentity;
  readonly isExpired: boolean;
}

/** An account's root user, who is also everyone with a key that nobody issued. */
export function rootCaller(partition: string, accountId: string): CallerIdentity {
  return { principal: accountRoot(partition, accountId), session: undefined };
}

export function isRoot({ principal }: CallerIdentity): boolean {
  return principal.arn.endsWith(':root');
}

/** What callers may do by themselves. */
export interface CallerPolicies {
  /** Whether identities are looked at, as `--auth strict` wants it. */
  readonly isStrict: boolean;
  /** @returns undefined for callers whose own side allows everything: root users, and everyone where nothing is strict */
  policiesOf(caller: CallerIdentity): PrincipalPolicies | undefined;
  /** Another number after each change of any identity. */
  readonly generation: number;
}
