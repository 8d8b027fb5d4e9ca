import type { Config } from '../config.ts';
import type { Clock } from '../model/clock.ts';
import { type CallerIdentity, type IssuedCredential, rootCaller } from '../model/identity/caller-identity.ts';
import type { SessionClaims } from '../model/identity/session-claims.ts';
import type { StoredUser } from '../model/identity/stored-identity.ts';
import type { KnownCredentials } from '../aws/callers.ts';
import type { IdentityDirectory } from '../services/iam/directory/identity-directory.ts';
import { SessionTokens } from '../services/sts/session-tokens.ts';
import { sessionCaller, userCaller } from './callers.ts';

/** Sessions in use at once that need not be unsealed again: one for each environment, and some. */
const MAX_SESSIONS = 4096;

interface KnownCaller {
  readonly caller: CallerIdentity;
  readonly generation: number;
}

/** Who signs with which key: keys of the configuration, of IAM users, and of sessions. */
export class Credentials implements KnownCredentials {
  readonly #configured: ReadonlyMap<string, IssuedCredential>;
  readonly #directory: IdentityDirectory;
  readonly #clock: Clock;
  readonly #claims = new Map<string, SessionClaims>();
  readonly #callers = new Map<string, KnownCaller>();
  readonly #tokens: SessionTokens;

  constructor(
    { accessKeys }: Pick<Config, 'accessKeys'>,
    directory: IdentityDirectory,
    clock: Clock,
    sessionKey: Uint8Array,
  ) {
    this.#tokens = new SessionTokens(sessionKey);
    this.#configured = new Map(
      accessKeys.map(({ accessKeyId, secretAccessKey, accountId }) => {
        const caller = rootCaller('aws', accountId);
        return [accessKeyId, { accountId, secretAccessKey, caller, isExpired: false }];
      }),
    );
    this.#directory = directory;
    this.#clock = clock;
  }

  issue(claims: SessionClaims): { readonly secretAccessKey: string; readonly sessionToken: string } {
    return this.#tokens.issue(claims);
  }

  find(accessKeyId: string, sessionToken: string | undefined): IssuedCredential | undefined {
    const configured = this.#configured.get(accessKeyId);
    if (configured !== undefined) return configured;
    if (accessKeyId.startsWith('ASIA')) {
      const claims = sessionToken === undefined ? undefined : this.#read(sessionToken, accessKeyId);
      return claims && this.#session(claims);
    }
    const found = this.#directory.ofAccessKey(accessKeyId);
    return found?.key.status === 'Active' ? this.#user(found.user, accessKeyId, found.key.secret) : undefined;
  }

  #user(user: StoredUser, accessKeyId: string, secretAccessKey: string): IssuedCredential {
    const caller = this.#caller(accessKeyId, () => userCaller(user));
    return { accountId: user.accountId, secretAccessKey, caller, isExpired: false };
  }

  #session(claims: SessionClaims): IssuedCredential {
    return {
      accountId: claims.accountId,
      secretAccessKey: this.#tokens.secretOf(claims.accessKeyId),
      caller: this.#caller(claims.accessKeyId, () => sessionCaller(claims, this.#directory)),
      isExpired: claims.expiresMs <= this.#clock.now(),
    };
  }

  /** The same object for as long as nothing changes: decisions are remembered by it. */
  #caller(accessKeyId: string, make: () => CallerIdentity): CallerIdentity {
    const { generation } = this.#directory;
    const known = this.#callers.get(accessKeyId);
    if (known?.generation === generation) return known.caller;
    const caller = make();
    remember(this.#callers, accessKeyId, { caller, generation });
    return caller;
  }

  #read(token: string, accessKeyId: string): SessionClaims | undefined {
    const known = this.#claims.get(token);
    if (known !== undefined) return known.accessKeyId === accessKeyId ? known : undefined;
    const claims = this.#tokens.read(token, accessKeyId);
    if (claims !== undefined) remember(this.#claims, token, claims);
    return claims;
  }
}

function remember<T>(map: Map<string, T>, key: string, value: T): void {
  const [oldest] = map.size < MAX_SESSIONS ? [] : map.keys();
  if (oldest !== undefined) map.delete(oldest);
  map.set(key, value);
}
