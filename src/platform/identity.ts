import type { EndpointOptions } from '../aws/endpoint-options.ts';
import type { Config } from '../config.ts';
import type { Clock } from '../model/clock.ts';
import type { FunctionKeyring } from './function-credentials.ts';

/** How callers are known, whichever process they come to. */
export type Identity = Pick<
  EndpointOptions,
  'auth' | 'defaultAccountId' | 'defaultRegion' | 'now' | 'resolveAccount'
> & { readonly secretOf: (accessKeyId: string) => string | undefined };

export function identityOf(
  { accessKeys, accountId, region, auth }: Pick<Config, 'accessKeys' | 'accountId' | 'region' | 'auth'>,
  keyring: FunctionKeyring,
  clock: Clock,
): Identity {
  const keys = new Map(accessKeys.map((key) => [key.accessKeyId, key]));
  return {
    defaultAccountId: accountId,
    defaultRegion: region,
    auth,
    secretOf: (id) =>
      keys.get(id)?.secretAccessKey ?? (/^\d{12}$/.test(id) ? keyring.secretOf(id) : undefined),
    resolveAccount: (id) => keys.get(id)?.accountId,
    now: () => clock.now(),
  };
}
