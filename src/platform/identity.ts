import type { EndpointOptions } from '../aws/endpoint-options.ts';
import type { Config } from '../config.ts';
import type { Clock } from '../model/clock.ts';
import type { CallerIdentity, CallerPolicies } from '../model/identity/caller-identity.ts';
import { parseRoleArn } from '../model/identity/identity-names.ts';
import { compilePolicy, evaluatePolicy } from '../model/policy/evaluate-policy.ts';
import { parsePolicy } from '../model/policy/parse-policy.ts';
import { requestKeys } from '../model/policy/principal.ts';
import { IdentityDirectory } from '../services/iam/directory/identity-directory.ts';
import type { Store } from '../store/store.ts';
import { Credentials } from './credentials.ts';
import { FunctionSessions } from './function-credentials.ts';
import { openSessionKey } from './session-key.ts';

export type Identity = ReturnType<typeof identityOf>;
/** How callers are known, whichever process they come to. */
export type Who = Pick<
  EndpointOptions,
  'auth' | 'credentials' | 'defaultAccountId' | 'defaultRegion' | 'now'
>;

/** With everything that is stored, for the process that keeps the store. */
export async function openIdentity(config: Config, store: Store, clock: Clock): Promise<Identity> {
  const identity = identityOf(config, clock, await openSessionKey(store));
  await identity.directory.open(store);
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
    roles: {
      canBeAssumed: (roleArn: string, accountId: string) =>
        !isStrict || trustsLambda(directory, roleArn, accountId),
    },
    who,
  };
}

/** Whether there is such a role in the account, and Lambda may assume it. */
function trustsLambda(directory: IdentityDirectory, roleArn: string, accountId: string): boolean {
  const parts = parseRoleArn(roleArn);
  const role = parts && directory.find('role', accountId, parts.name);
  if (role?.arn !== roleArn) return false;
  const principal = { type: 'Service', name: 'lambda.amazonaws.com' } as const;
  const request = { principal, action: 'sts:AssumeRole', resource: roleArn, keys: requestKeys(principal) };
  return evaluatePolicy(compilePolicy(parsePolicy(role.trustPolicy, 'trust')), request).effect === 'allow';
}
