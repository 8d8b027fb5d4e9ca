import type { AddPermissionRequest } from '@aws-sdk/client-lambda';
import { invalidParameterValue } from '../../../model/lambda-errors.ts';
import type { PolicyPrincipal, PolicyStatement } from '../../../model/policy/policy-document.ts';
import { accountRoot, isIamArn, isServicePrincipal } from '../../../model/policy/principal.ts';

const ACCOUNT = /^\d{12}$/;

/** The statement AddPermission adds, with its members in the order AWS writes them. */
export function permissionStatement(
  input: AddPermissionRequest,
  resourceArn: string,
  partition: string,
): PolicyStatement {
  const action = input.Action ?? '';
  if (input.FunctionUrlAuthType !== undefined && action !== 'lambda:InvokeFunctionUrl') {
    throw invalidParameterValue('FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action');
  }
  if (input.InvokedViaFunctionUrl !== undefined && action !== 'lambda:InvokeFunction') {
    throw invalidParameterValue('InvokedViaFunctionUrl is only supported for lambda:InvokeFunction action');
  }
  const condition = permissionCondition(input);
  return {
    Sid: input.StatementId ?? '',
    Effect: 'Allow',
    Principal: principalElement(input.Principal ?? '', partition),
    Action: action,
    Resource: resourceArn,
    ...(condition && { Condition: condition }),
  };
}

/** What stands in a policy for the principal a caller named. Throws when it is none. */
export function principalElement(principal: string, partition: string): PolicyPrincipal {
  if (principal === '*') return '*';
  if (ACCOUNT.test(principal)) return { AWS: accountRoot(partition, principal).arn };
  if (isIamArn(principal)) return { AWS: principal };
  if (isServicePrincipal(principal)) return { Service: principal };
  throw invalidParameterValue(
    'The provided principal was invalid. Please check the principal and try again.',
  );
}

function permissionCondition(input: AddPermissionRequest): PolicyStatement['Condition'] {
  const equals = given({
    'AWS:SourceAccount': input.SourceAccount,
    'aws:PrincipalOrgID': input.PrincipalOrgID,
    'lambda:FunctionUrlAuthType': input.FunctionUrlAuthType,
    'lambda:EventSourceToken': input.EventSourceToken,
  });
  const bool = given({ 'lambda:InvokedViaFunctionUrl': input.InvokedViaFunctionUrl?.toString() });
  const like = given({ 'AWS:SourceArn': input.SourceArn });
  if (equals === undefined && bool === undefined && like === undefined) return undefined;
  return {
    ...(equals && { StringEquals: equals }),
    ...(bool && { Bool: bool }),
    ...(like && { ArnLike: like }),
  };
}

function given(keys: Readonly<Record<string, string | undefined>>): Record<string, string> | undefined {
  const found: Record<string, string> = {};
  for (const [key, value] of Object.entries(keys)) {
    if (value !== undefined) found[key] = value;
  }
  return Object.keys(found).length === 0 ? undefined : found;
}
