import type { EndpointOptions } from '../aws/endpoint-options.ts';
import type { Config } from '../config.ts';
import type { Clock } from '../model/clock.ts';
import type { CallerIdentity, CallerPolicies } from '../model/identity/caller-identity.ts';
import { IdentityDirectory } from '../services/iam/directory/identity-directory.ts';
import type { Store } from '../store/store.ts';
import { broadDenials } from './broad-denials.ts';
import { Credentials } from './credentials.ts';
import { FunctionSessions } from './function-credentials.ts';
import { AskedRoles } from './service-roles.ts';
import { openSessionKey } from './session-key.ts';
import type { Warnings } from './warnings.ts';

export type Identity = ReturnType<typeof identityOf>;
/** How callers are known, whichever process they come to. */
export type Who = Pick<
  EndpointOptions,
  'auth' | 'credentials' | 'defaultAccountId' | 'defaultRegion' | 'now'
>;

/** With everything that is stored, for the process that keeps the store. */
export async function openIdentity(
  config: Config,
  store: Store,
  clock: Clock,
  warnings: Warnings,
): Promise<Identity> {
  const identity = identityOf(config, clock, await openSessionKey(store));
  await identity.directory.open(store);
  if (identity.policies.isStrict)
    for (const denial of broadDenials(identity.directory.all())) warnings.add(denial);
  return identity;
}

/**
 * Who there is, who signs with which key, and what they may do.
 * @param sessionKey who has it knows every session's secret
 */
export function identityOf(config: Config, clock: Clock, sessionKey: Uint8Array) {
  const directory = new IdentityDirectory();
  const credentials = new Credentials(config, directory, clock, sessionKey);
  const lifetimeMs = config.environmentLifetimeSeconds * 1000;
  const isStrict = config.auth === 'strict';
  const serviceRoles = new AskedRoles(isStrict, directory);
  const policies: CallerPolicies = {
    isStrict,
    policiesOf: (caller: CallerIdentity) => (isStrict ? directory.policiesOf(caller) : undefined),
    get generation(): number {
      return directory.generation;
    },
  };
  const who: Who = {
    defaultAccountId: config.accountId,
    defaultRegion: config.region,
    auth: config.auth,
    credentials,
    now: () => clock.now(),
  };
  return {
    sessionKey,
    directory,
    credentials,
    functions: new FunctionSessions(credentials, directory, clock, lifetimeMs),
    policies,
    serviceRoles,
    roles: {
      canBeAssumed: (roleArn: string, accountId: string) =>
        serviceRoles.canBeAssumed(roleArn, accountId, 'lambda.amazonaws.com'),
    },
    who,
  };
}
