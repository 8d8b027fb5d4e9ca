import type { PrincipalPolicies } from './authorize.ts';
import type { CompiledPolicy } from './evaluate-policy.ts';

/** Condition keys that are the same in all requests of one caller for one action on one resource. */
const STABLE = new Set([
  'aws:principalaccount',
  'aws:principalarn',
  'aws:principalisawsservice',
  'aws:principaltype',
  'aws:requestedregion',
  'aws:resourceaccount',
  'aws:sourceidentity',
  'aws:tokenissuetime',
  'aws:userid',
  'aws:username',
  'aws:viaawsservice',
  'lambda:invokedviafunctionurl',
  'lambda:sourcefunctionarn',
]);

const known = new WeakMap<PrincipalPolicies, boolean>();

/** Whether what these policies say of a caller, an action and a resource holds until a policy changes. */
export function isLasting(own: PrincipalPolicies, resource: CompiledPolicy | undefined): boolean {
  let isOwnLasting = known.get(own);
  if (isOwnLasting === undefined) {
    const policies = [...own.identity, ...(own.boundary ? [own.boundary] : []), ...(own.session ?? [])];
    isOwnLasting = policies.every(hasStableKeys);
    known.set(own, isOwnLasting);
  }
  return isOwnLasting && (resource === undefined || hasStableKeys(resource));
}

function hasStableKeys({ keys }: CompiledPolicy): boolean {
  for (const key of keys) if (!STABLE.has(key) && !key.startsWith('aws:principaltag/')) return false;
  return true;
}
