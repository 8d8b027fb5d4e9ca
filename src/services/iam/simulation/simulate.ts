import type {
  ContextEntry,
  EvaluationResult,
  PolicySourceType,
  SimulateCustomPolicyRequest,
} from '@aws-sdk/client-iam';
import { contextKeys } from '../../../model/policy/context-keys.ts';
import { type AccessRequest, authorize } from '../../../model/policy/authorize.ts';
import { type CompiledPolicy, compilePolicy, evaluatePolicy } from '../../../model/policy/evaluate-policy.ts';
import { parsePolicy } from '../../../model/policy/parse-policy.ts';
import { PolicyError } from '../../../model/policy/policy-document.ts';
import type { AwsPrincipal } from '../../../model/policy/principal.ts';
import { invalidInput, notBuilt } from '../iam-errors.ts';

/** A policy with the name that results give it. */
export interface SourcePolicy {
  readonly id: string;
  readonly type: PolicySourceType;
  readonly compiled: CompiledPolicy;
}

export interface Simulation {
  readonly principal: AwsPrincipal;
  readonly identity: readonly SourcePolicy[];
  readonly boundary: readonly SourcePolicy[];
  readonly resource: SourcePolicy | undefined;
}

type Asked = Pick<
  SimulateCustomPolicyRequest,
  | 'ActionNames'
  | 'ResourceArns'
  | 'ContextEntries'
  | 'ResourceHandlingOption'
  | 'ResourceOwner'
  | 'OrderedOrganizationPolicyInputList'
>;

/** Asks the policies about every action on every resource. */
export function simulate(simulation: Simulation, asked: Asked): EvaluationResult[] {
  if (asked.ResourceHandlingOption !== undefined) throw notBuilt('ResourceHandlingOption');
  if (asked.OrderedOrganizationPolicyInputList !== undefined)
    throw notBuilt('OrderedOrganizationPolicyInputList');
  const owner = asked.ResourceOwner === undefined ? undefined : accountOf(asked.ResourceOwner);
  const entries = asked.ContextEntries ?? [];
  const resources = asked.ResourceArns ?? ['*'];
  return (asked.ActionNames ?? []).flatMap((action) =>
    resources.map((resource) => resultOf(simulation, action, { resource, owner }, entries)),
  );
}

/** `arn:aws:iam::<account>:root`. Throws InvalidInput. */
function accountOf(arn: string): string {
  const [, account] = /^arn:aws[a-z-]*:iam::(\d{12}):root$/.exec(arn) ?? [];
  if (account === undefined) throw invalidInput(`Invalid Entity Arn: ${arn} is not the ARN of an account.`);
  return account;
}

/** What is asked about, and whose it is said to be unless its ARN names an account. */
interface AskedResource {
  readonly resource: string;
  readonly owner: string | undefined;
}

/** Reads policies a caller sends along. Throws InvalidInput. */
export function sourcePolicies(
  name: string,
  texts: readonly string[] | undefined,
  kind: 'identity' | 'resource' = 'identity',
): SourcePolicy[] {
  try {
    return (texts ?? []).map((text, index) => ({
      id: `${name}.${index + 1}`,
      type: kind === 'resource' ? 'resource' : 'none',
      compiled: compilePolicy(parsePolicy(text, kind)),
    }));
  } catch (error) {
    if (error instanceof PolicyError) throw invalidInput(error.message);
    throw error;
  }
}

function resultOf(
  { principal, identity, boundary, resource: resourcePolicy }: Simulation,
  action: string,
  { resource, owner }: AskedResource,
  entries: readonly ContextEntry[],
): EvaluationResult {
  const given = entries.map(({ ContextKeyName = '', ContextKeyValues = [] }) => [
    ContextKeyName,
    ContextKeyValues,
  ]);
  const keys = contextKeys(Object.fromEntries(given) as Record<string, string[]>);
  const request: AccessRequest = {
    principal,
    action,
    resource,
    resourceAccountId: owner === undefined ? principal.accountId : resource.split(':')[4] || owner,
    keys,
    isComplete: true,
  };
  const [bound] = boundary;
  const decision = authorize(request, {
    own: {
      identity: identity.map(({ compiled }) => compiled),
      boundary: bound?.compiled,
      session: undefined,
    },
    resource: resourcePolicy?.compiled,
  });
  const denies = !decision.isAllowed && decision.reason.endsWith('-denies');
  const wanted = denies ? 'explicit-deny' : 'allow';
  const sources = [...identity, ...boundary, ...(resourcePolicy === undefined ? [] : [resourcePolicy])];
  const matched = sources.filter(({ compiled }) => evaluatePolicy(compiled, request).effect === wanted);
  return {
    EvalActionName: action,
    EvalResourceName: resource,
    EvalDecision: decision.isAllowed ? 'allowed' : denies ? 'explicitDeny' : 'implicitDeny',
    MatchedStatements: matched.map(({ id, type }) => ({ SourcePolicyId: id, SourcePolicyType: type })),
    MissingContextValues: missing(sources, keys),
    ...(bound !== undefined && {
      PermissionsBoundaryDecisionDetail: {
        AllowedByPermissionsBoundary: evaluatePolicy(bound.compiled, request).effect === 'allow',
      },
    }),
  };
}

/** Condition keys that the policies speak of and the simulation says nothing of. */
function missing(sources: readonly SourcePolicy[], keys: ReadonlyMap<string, unknown>): string[] {
  const mentioned = new Set(sources.flatMap(({ compiled }) => [...compiled.keys]));
  return [...mentioned].filter((key) => !keys.has(key)).toSorted();
}
