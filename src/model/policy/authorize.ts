import {
  type CompiledPolicy,
  evaluatePolicy,
  type PolicyDecision,
  type PolicyRequest,
} from './evaluate-policy.ts';
import type { Principal } from './principal.ts';

/** A request for something that belongs to an account. */
export interface AccessRequest extends PolicyRequest {
  readonly resourceAccountId: string;
}

export interface AccessPolicies {
  /** The caller's own; undefined when identities are not looked at, which allows the caller's side of it. */
  readonly identity: readonly CompiledPolicy[] | undefined;
  /** The policy of the resource itself. */
  readonly resource: CompiledPolicy | undefined;
}

/** Why not. */
export type DenialReason = 'identity-silent' | 'resource-silent' | 'identity-denies' | 'resource-denies';
export type AccessDecision =
  | { readonly isAllowed: true }
  | { readonly isAllowed: false; readonly reason: DenialReason };

const ALLOWED: AccessDecision = { isAllowed: true };
const BECAUSE: Readonly<Record<DenialReason, string>> = {
  'identity-silent': 'because no identity-based policy allows the',
  'resource-silent': 'because no resource-based policy allows the',
  'identity-denies': 'with an explicit deny in an identity-based policy',
  'resource-denies': 'with an explicit deny in a resource-based policy',
};

/**
 * Identity and resource policies together. Within an account either of them is enough, from another account it takes
 * both; services and callers without credentials have nothing but the resource's policy. A deny anywhere is final.
 */
export function authorize(request: AccessRequest, policies: AccessPolicies): AccessDecision {
  const { principal, resourceAccountId } = request;
  const identity = decideIdentity(request, policies.identity);
  if (identity === 'explicit-deny') return denied('identity-denies');
  const resource = policies.resource && evaluatePolicy(policies.resource, request);
  if (resource?.effect === 'explicit-deny') return denied('resource-denies');
  if (principal.type !== 'AWS') {
    return resource?.effect === 'allow' ? ALLOWED : denied('resource-silent');
  }
  if (principal.accountId === resourceAccountId) {
    const isNamed = resource?.effect === 'allow' && !resource.isDelegated;
    return identity === 'allow' || isNamed ? ALLOWED : denied('identity-silent');
  }
  if (identity !== 'allow') return denied('identity-silent');
  return resource?.effect === 'allow' ? ALLOWED : denied('resource-silent');
}

/** The text of a 403. */
export function denialMessage(request: PolicyRequest, reason: DenialReason): string {
  const { principal, action, resource } = request;
  const isSilent = reason === 'identity-silent' || reason === 'resource-silent';
  return (
    `User: ${nameOf(principal)} is not authorized to perform: ${action} on resource: ${resource} ` +
    `${BECAUSE[reason]}${isSilent ? ` ${action} action` : ''}`
  );
}

function decideIdentity(
  request: PolicyRequest,
  policies: readonly CompiledPolicy[] | undefined,
): PolicyDecision['effect'] {
  if (request.principal.type !== 'AWS') return 'none';
  if (policies === undefined) return 'allow';
  let effect: PolicyDecision['effect'] = 'none';
  for (const policy of policies) {
    const decision = evaluatePolicy(policy, request).effect;
    if (decision === 'explicit-deny') return decision;
    if (decision === 'allow') effect = 'allow';
  }
  return effect;
}

function denied(reason: DenialReason): AccessDecision {
  return { isAllowed: false, reason };
}

function nameOf(principal: Principal): string {
  if (principal.type === 'AWS') return principal.arn;
  return principal.type === 'Service' ? principal.name : 'anonymous';
}
