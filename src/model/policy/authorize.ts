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

/** What a principal's own side says: what it is given, and what bounds that. */
export interface PrincipalPolicies {
  /** Its own and its groups'. */
  readonly identity: readonly CompiledPolicy[];
  /** The permissions boundary of the user or role. */
  readonly boundary: CompiledPolicy | undefined;
  /** What the session was narrowed to when it was made; any of them may allow. */
  readonly session: readonly CompiledPolicy[] | undefined;
}

export interface AccessPolicies {
  /** Undefined when identities are not looked at, and for an account's root: its own side allows everything. */
  readonly own: PrincipalPolicies | undefined;
  /** The policy of the resource itself. */
  readonly resource: CompiledPolicy | undefined;
}

type Layer = 'identity' | 'boundary' | 'session' | 'resource';
/** Why not. */
export type DenialReason = `${Layer}-silent` | `${Layer}-denies`;
export type AccessDecision =
  | { readonly isAllowed: true }
  | { readonly isAllowed: false; readonly reason: DenialReason };

const ALLOWED: AccessDecision = { isAllowed: true };
const KIND: Readonly<Record<Layer, string>> = {
  identity: 'identity-based policy',
  boundary: 'permissions boundary',
  session: 'session policy',
  resource: 'resource-based policy',
};

/**
 * All policies together. Within an account the principal's or the resource's is enough, from another account it takes
 * both; services and callers without credentials have nothing but the resource's policy. Boundary and session policies
 * bound what the principal has of its own and what its role is given, and nothing that names the user or session
 * itself. A deny anywhere is final.
 */
export function authorize(request: AccessRequest, policies: AccessPolicies): AccessDecision {
  const { principal, resourceAccountId } = request;
  const own = principal.type === 'AWS' ? decideOwn(request, policies.own) : NO_SIDE;
  if (own.denied !== undefined) return denied(`${own.denied}-denies`);
  const resource = policies.resource && evaluatePolicy(policies.resource, request);
  if (resource?.effect === 'explicit-deny') return denied('resource-denies');
  const match = resource?.effect === 'allow' ? resource.match : undefined;
  if (principal.type !== 'AWS') return match === undefined ? denied('resource-silent') : ALLOWED;
  if (principal.accountId === resourceAccountId) {
    if (match === 'named') return ALLOWED;
    const silent = own.silent.find((layer) => !(layer === 'identity' && match === 'role'));
    return silent === undefined ? ALLOWED : denied(`${silent}-silent`);
  }
  const [silent] = own.silent;
  if (silent !== undefined) return denied(`${silent}-silent`);
  return match === undefined ? denied('resource-silent') : ALLOWED;
}

/**
 * Of resources that nobody has a right to but by their own policy, even in their own account: a role is assumed only
 * by whom its trust policy names.
 */
export function authorizeByResource(request: AccessRequest, policies: AccessPolicies): AccessDecision {
  const decision = authorize(request, policies);
  if (!decision.isAllowed) return decision;
  const says = policies.resource && evaluatePolicy(policies.resource, request);
  return says?.effect === 'allow' ? decision : denied('resource-silent');
}

/** The text of a 403. */
export function denialMessage(request: PolicyRequest, reason: DenialReason): string {
  const { principal, action, resource } = request;
  const [layer, verdict] = reason.split('-') as [Layer, 'silent' | 'denies'];
  const because =
    verdict === 'silent'
      ? `because no ${KIND[layer]} allows the ${action} action`
      : `with an explicit deny in ${layer === 'identity' ? 'an' : 'a'} ${KIND[layer]}`;
  return `User: ${nameOf(principal)} is not authorized to perform: ${action} on resource: ${resource} ${because}`;
}

interface OwnSide {
  readonly denied: Layer | undefined;
  /** Layers that are there and do not allow, in the order in which they are told. */
  readonly silent: readonly Layer[];
}

const NO_SIDE: OwnSide = { denied: undefined, silent: [] };

function decideOwn(request: AccessRequest, own: PrincipalPolicies | undefined): OwnSide {
  if (own === undefined) return NO_SIDE;
  const layers: readonly (readonly [Layer, readonly CompiledPolicy[] | undefined])[] = [
    ['identity', own.identity],
    ['boundary', own.boundary && [own.boundary]],
    ['session', own.session],
  ];
  const silent: Layer[] = [];
  for (const [layer, policies] of layers) {
    if (policies === undefined) continue;
    const effect = strongest(policies, request);
    if (effect === 'explicit-deny') return { denied: layer, silent: [] };
    if (effect === 'none') silent.push(layer);
  }
  return { denied: undefined, silent };
}

function strongest(policies: readonly CompiledPolicy[], request: AccessRequest): PolicyDecision['effect'] {
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
