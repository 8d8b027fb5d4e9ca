import type { Caller } from './request-context.ts';
import type { Credential } from './sigv4-credential.ts';

export interface CallerOptions {
  readonly defaultAccountId: string;
  readonly defaultRegion: string;
  /** The account an access key was issued in, e.g. by STS; undefined for keys nobody issued. */
  readonly resolveAccount?: ((accessKeyId: string) => string | undefined) | undefined;
}

/** Tells from its credential, as claimed, whose request it is. */
export class Callers {
  readonly #options: CallerOptions;

  constructor(options: CallerOptions) {
    this.#options = options;
  }

  /** @param hostRegion region in the host name, for requests without a credential scope */
  of(credential: Credential | undefined, hostRegion: string | undefined): Caller {
    const { defaultAccountId, defaultRegion } = this.#options;
    if (credential === undefined) {
      return { accessKeyId: undefined, accountId: defaultAccountId, region: hostRegion ?? defaultRegion };
    }
    const { accessKeyId, region } = credential;
    return {
      accessKeyId,
      accountId: this.#account(accessKeyId),
      region: region === '' ? defaultRegion : region,
    };
  }

  #account(accessKeyId: string): string {
    const issued = this.#options.resolveAccount?.(accessKeyId);
    if (issued !== undefined) return issued;
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
