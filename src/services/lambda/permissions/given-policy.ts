import { invalidParameterValue, notImplementedYet } from '../../../model/lambda-errors.ts';
import { absentKey } from '../../../model/policy/absent-keys.ts';
import { arnPattern } from '../../../model/policy/arn-pattern.ts';
import { contextKeys } from '../../../model/policy/context-keys.ts';
import { compilePolicy } from '../../../model/policy/evaluate-policy.ts';
import { parsePolicy } from '../../../model/policy/parse-policy.ts';
import { listOf, PolicyError, type PolicyStatement } from '../../../model/policy/policy-document.ts';

const NO_KEYS = contextKeys({});

/**
 * Checks a policy that its author wrote, for the function, version or alias it is to be attached to. Throws
 * InvalidParameterValueException.
 */
export function checkGivenPolicy(text: string, resourceArn: string): void {
  try {
    const document = parsePolicy(text, 'resource');
    compilePolicy(document);
    for (const statement of listOf(document.Statement)) checkStatement(statement, resourceArn);
  } catch (error) {
    if (error instanceof PolicyError) throw invalidParameterValue(error.message);
    throw error;
  }
}

function checkStatement(statement: PolicyStatement, resourceArn: string): void {
  const { Action, NotAction, Resource, Principal, NotPrincipal } = statement;
  for (const action of listOf(Action ?? NotAction ?? [])) {
    if (action === '*' || action.toLowerCase().startsWith('lambda:')) continue;
    throw new PolicyError(`The action ${action} is not one of Lambda.`);
  }
  for (const pattern of listOf(Resource ?? [])) {
    if (arnPattern(pattern, { wildcards: true, variables: false })(resourceArn, NO_KEYS)) continue;
    throw new PolicyError(`The resource ${pattern} does not match ${resourceArn}.`);
  }
  const principal = Principal ?? NotPrincipal;
  if (typeof principal === 'object' && ('Federated' in principal || 'CanonicalUser' in principal)) {
    throw invalidParameterValue(
      'The provided principal was invalid. Please check the principal and try again.',
    );
  }
  const unknown = absentKey({ Statement: statement });
  if (unknown !== undefined) throw notImplementedYet(`Policy: the condition key ${unknown}`);
}
