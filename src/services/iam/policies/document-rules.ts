import { keyOfDenial, wouldNotDeny } from '../../../model/policy/absent-keys.ts';
import { compilePolicy } from '../../../model/policy/evaluate-policy.ts';
import { parsePolicy, type PolicyKind } from '../../../model/policy/parse-policy.ts';
import { listOf, type PolicyDocument, PolicyError } from '../../../model/policy/policy-document.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { limitExceeded, malformedPolicy } from '../iam-errors.ts';

/** Characters, white space not counted. */
const MOST = { managed: 6144, user: 2048, group: 5120, role: 10_240, trust: 2048 };

/** Checks a policy of a user, group or role. Where it is asked, it has to be one that can be. Throws MalformedPolicyDocument. */
export function checkIdentityPolicy(text: string, { isStrict }: Pick<IamDependencies, 'isStrict'>): void {
  const document = parsed(text, 'identity');
  const key = isStrict ? keyOfDenial(document) : undefined;
  if (key !== undefined) throw malformedPolicy(wouldNotDeny(key));
}

/** Checks who may assume a role. Throws MalformedPolicyDocument and LimitExceeded. */
export function checkTrustPolicy(text: string): void {
  const document = parsed(text, 'trust');
  const key = keyOfDenial(document);
  if (key !== undefined) throw malformedPolicy(wouldNotDeny(key));
  for (const { Action, NotAction } of listOf(document.Statement)) {
    const actions = listOf(Action ?? NotAction ?? []);
    if (actions.every((action) => action.toLowerCase().startsWith('sts:'))) continue;
    throw malformedPolicy('AssumeRole policy may only specify STS AssumeRole actions.');
  }
  if (sizeOf(text) > MOST.trust) throw limitExceeded(`Cannot exceed quota for ACLSizePerRole: ${MOST.trust}`);
}

export function checkManagedSize(text: string): void {
  if (sizeOf(text) > MOST.managed) throw limitExceeded(`Cannot exceed quota for PolicySize: ${MOST.managed}`);
}

/** All of a holder's own policies together. */
export function checkInlineSize(
  kind: 'user' | 'group' | 'role',
  name: string,
  inline: Readonly<Record<string, string>>,
): void {
  const size = Object.values(inline).reduce((sum, text) => sum + sizeOf(text), 0);
  if (size > MOST[kind])
    throw limitExceeded(`Maximum policy size of ${MOST[kind]} bytes exceeded for ${kind} ${name}`);
}

export function sizeOf(text: string): number {
  return text.replaceAll(/\s/g, '').length;
}

function parsed(text: string, kind: PolicyKind): PolicyDocument {
  try {
    const document = parsePolicy(text, kind);
    compilePolicy(document);
    return document;
  } catch (error) {
    if (error instanceof PolicyError) throw malformedPolicy(error.message);
    throw error;
  }
}
