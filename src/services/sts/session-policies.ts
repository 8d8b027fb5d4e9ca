import type { AssumeRoleRequest } from '@aws-sdk/client-sts';
import { keyOfDenial, wouldNotDeny } from '../../model/policy/absent-keys.ts';
import { compilePolicy } from '../../model/policy/evaluate-policy.ts';
import { parsePolicy } from '../../model/policy/parse-policy.ts';
import { PolicyError } from '../../model/policy/policy-document.ts';
import type { StsDependencies } from './sts-dependencies.ts';
import { malformedPolicy, packedPolicyTooLarge } from './sts-errors.ts';

/** What the packed policies and tags of a session may take, characters. */
const MOST_PACKED = 4096;

export interface SessionPolicies {
  readonly policies?: readonly string[];
  readonly policyArns?: readonly string[];
}

/** What narrows a session; nothing when nothing was given. Throws MalformedPolicyDocument. */
export function sessionPolicies(
  { Policy, PolicyArns }: Pick<AssumeRoleRequest, 'Policy' | 'PolicyArns'>,
  accountId: string,
  identities: StsDependencies['identities'],
): SessionPolicies {
  const arns = (PolicyArns ?? []).map(({ arn = '' }) => arn);
  const unknown = arns.find((arn) => !identities.hasPolicy(arn, accountId));
  if (unknown !== undefined)
    throw malformedPolicy(`The policy ${unknown} does not exist or is not attachable.`);
  if (Policy !== undefined) checkPolicy(Policy, identities.isStrict);
  return {
    ...(Policy !== undefined && { policies: [Policy] }),
    ...(arns.length > 0 && { policyArns: arns }),
  };
}

/** How much of its room a session's policies and tags take, percent; undefined without any. Throws when it is too little. */
export function packedSize(
  { policies = [], policyArns = [] }: SessionPolicies,
  tags: Readonly<Record<string, string>>,
): number | undefined {
  const parts = [...policies, ...policyArns, ...Object.entries(tags).flat()];
  if (parts.length === 0) return undefined;
  const percent = Math.ceil((parts.join('').length / MOST_PACKED) * 100);
  if (percent > 100) throw packedPolicyTooLarge(percent);
  return percent;
}

function checkPolicy(text: string, isStrict: boolean): void {
  try {
    const document = parsePolicy(text, 'identity');
    compilePolicy(document);
    const key = isStrict ? keyOfDenial(document) : undefined;
    if (key !== undefined) throw new PolicyError(wouldNotDeny(key));
  } catch (error) {
    if (error instanceof PolicyError) throw malformedPolicy(error.message);
    throw error;
  }
}
