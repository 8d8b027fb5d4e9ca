import type { RemovePermissionRequest } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { parseFunctionReference } from '../../../model/function-reference.ts';
import { resourceNotFound } from '../../../model/lambda-errors.ts';
import { askedArn, findFunction } from '../functions/function-rows.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { changePolicy } from './policy-rows.ts';
import { checkPolicyRevision } from './policy-rules.ts';
import { withoutStatement } from './policy-statements.ts';

export function removePermission(
  deps: LambdaDependencies,
): OperationHandler<RemovePermissionRequest, Record<string, never>> {
  return async (input, context) => {
    const reference = parseFunctionReference(input.FunctionName ?? '', input.Qualifier, context);
    await changePolicy(deps.store, askedArn(reference), async (before, tx) => {
      if ((await findFunction(tx, reference)) === undefined) {
        throw resourceNotFound(`No policy found for: ${askedArn({ ...reference, qualifier: undefined })}`);
      }
      if (before === undefined) throw resourceNotFound('No policy is associated with the given resource.');
      checkPolicyRevision(before, input.RevisionId, 'GetPolicy');
      return withoutStatement(before.document, input.StatementId ?? '');
    });
    return {};
  };
}
