import type { IssuedCredential } from '../model/identity/caller-identity.ts';
import { ServiceError } from '../model/service-error.ts';
import type { Caller } from './request-context.ts';
import type { WireRequest } from './request.ts';
import { sessionTokenOf } from './sigv4.ts';
import type { Credential } from './sigv4-credential.ts';
import { expiredToken } from './sigv4-failure.ts';

/** The access keys that were issued: to users, to sessions, or in the configuration. */
export interface KnownCredentials {
  /** @returns undefined for keys nobody issued, and for sessions' without their token */
  find(accessKeyId: string, sessionToken: string | undefined): IssuedCredential | undefined;
}

export interface CallerOptions {
  readonly defaultAccountId: string;
  readonly defaultRegion: string;
  readonly credentials?: KnownCredentials | undefined;
}

/** Tells from its credential, as claimed, whose request it is. */
export class Callers {
  readonly #options: CallerOptions;

  constructor(options: CallerOptions) {
    this.#options = options;
  }

  /** What was issued under the credential's access key, if anything. Throws ExpiredToken. */
  issued(
    credential: Credential | undefined,
    request: Pick<WireRequest, 'header' | 'query'>,
  ): IssuedCredential | undefined {
    const { credentials } = this.#options;
    if (credential === undefined || credentials === undefined) return undefined;
    const token = credential.accessKeyId.startsWith('ASIA')
      ? sessionTokenOf(request.header('x-amz-security-token'), request.query)
      : undefined;
    const issued = credentials.find(credential.accessKeyId, token);
    if (issued?.isExpired !== true) return issued;
    const { code, message, status } = expiredToken(credential.service);
    throw new ServiceError(code, message, status);
  }

  /** @param hostRegion region in the host name, for requests without a credential scope */
  of(
    credential: Credential | undefined,
    issued: IssuedCredential | undefined,
    hostRegion: string | undefined,
  ): Caller {
    const { defaultAccountId, defaultRegion } = this.#options;
    if (credential === undefined) {
      const region = hostRegion ?? defaultRegion;
      return { accessKeyId: undefined, accountId: defaultAccountId, region, identity: undefined };
    }
    const { accessKeyId, region } = credential;
    return {
      accessKeyId,
      accountId: issued?.accountId ?? this.#claimedAccount(accessKeyId),
      region: region === '' ? defaultRegion : region,
      identity: issued?.caller,
    };
  }

  #claimedAccount(accessKeyId: string): string {
    // The field's convention: an access key of twelve digits is an account id.
    return isAccountId(accessKeyId) ? accessKeyId : this.#options.defaultAccountId;
  }
}

function isAccountId(text: string): boolean {
  if (text.length !== 12) return false;
  for (let at = 0; at < 12; at++) {
    const code = text.charCodeAt(at);
    if (code < 48 || code > 57) return false;
  }
  return true;
}
