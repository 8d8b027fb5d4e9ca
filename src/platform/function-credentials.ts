import { createHmac, randomBytes } from 'node:crypto';

export interface FunctionCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/**
 * The credentials an execution environment gets. The access key id is the account id, by which the endpoint knows the
 * account without looking anything up; the secret comes from a key of this process, so `--auth strict` can verify
 * what functions sign. Roles and policies are not evaluated yet.
 */
export class FunctionKeyring {
  /** Who has it knows every secret there is. */
  readonly key: Uint8Array;

  constructor(key: Uint8Array = randomBytes(32)) {
    this.key = key;
  }

  credentials(accountId: string): FunctionCredentials {
    return {
      accessKeyId: accountId,
      secretAccessKey: this.secretOf(accountId),
      sessionToken: createHmac('sha256', this.key).update(`token ${accountId}`).digest('base64'),
    };
  }

  /** The secret that belongs to an account's environments. */
  secretOf(accountId: string): string {
    return createHmac('sha256', this.key).update(`secret ${accountId}`).digest('base64');
  }
}
