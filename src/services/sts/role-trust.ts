import { contextFacts, globalKeys } from '../../aws/condition-keys.ts';
import type { RequestContext } from '../../aws/service.ts';
import type { StoredRole } from '../../model/identity/stored-identity.ts';
import { authorizeByResource } from '../../model/policy/authorize.ts';
import { type CompiledPolicy, compilePolicy } from '../../model/policy/evaluate-policy.ts';
import { parsePolicy } from '../../model/policy/parse-policy.ts';
import { requestKeys } from '../../model/policy/principal.ts';
import type { StsDependencies } from './sts-dependencies.ts';
import { accessDenied } from './sts-errors.ts';

type Keys = Readonly<Record<string, string | readonly string[] | undefined>>;

const compiled = new WeakMap<StoredRole, CompiledPolicy>();

/**
 * Throws AccessDenied unless the role's trust policy lets the caller do all of this, and the caller's own side as well
 * where it is asked.
 */
export function checkTrust(
  deps: StsDependencies,
  role: StoredRole,
  actions: readonly string[],
  keys: Keys,
  context: RequestContext,
): void {
  const { principal } = context.caller;
  const own = deps.identities.policiesOf(context.caller);
  const facts = globalKeys(contextFacts(context, deps.clock.now(), role.accountId));
  for (const action of actions) {
    const request = {
      principal,
      action,
      resource: role.arn,
      resourceAccountId: role.accountId,
      keys: requestKeys(principal, { ...facts, ...keys }),
    };
    const { isAllowed } = authorizeByResource(request, { own, resource: trustOf(role) });
    if (!isAllowed) throw notTrusted(context, role.arn, action);
  }
}

/** Does not say why: whether a role is there is nobody's business who may not assume it. */
export function notTrusted({ caller }: RequestContext, roleArn: string, action = 'sts:AssumeRole'): Error {
  return accessDenied(
    `User: ${caller.principal.arn} is not authorized to perform: ${action} on resource: ${roleArn}`,
  );
}

function trustOf(role: StoredRole): CompiledPolicy {
  let policy = compiled.get(role);
  if (policy === undefined) {
    policy = compilePolicy(parsePolicy(role.trustPolicy, 'trust'));
    compiled.set(role, policy);
  }
  return policy;
}
