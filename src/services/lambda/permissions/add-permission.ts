import type { AddPermissionRequest, AddPermissionResponse } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { parseFunctionReference } from '../../../model/function-reference.ts';
import { partitionOf } from '../../../model/stored-function.ts';
import { askedArn } from '../functions/function-rows.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { permissionStatement } from './permission-statement.ts';
import { changePolicy } from './policy-rows.ts';
import { checkPolicyRevision, refuseLatest, requirePolicyTarget } from './policy-rules.ts';
import { checkPublicAccess } from './public-access.ts';
import { withStatement } from './policy-statements.ts';

export function addPermission(
  deps: LambdaDependencies,
): OperationHandler<AddPermissionRequest, AddPermissionResponse> {
  return async (input, context) => {
    const reference = parseFunctionReference(input.FunctionName ?? '', input.Qualifier, context);
    refuseLatest(reference);
    const arn = askedArn(reference);
    const statement = permissionStatement(input, arn, partitionOf(reference.region));
    await changePolicy(deps.store, arn, async (before, tx) => {
      await requirePolicyTarget(tx, reference);
      checkPolicyRevision(before, input.RevisionId, 'GetPolicy');
      return checkPublicAccess(deps, withStatement(before?.document, statement));
    });
    return { Statement: JSON.stringify(statement) };
  };
}
