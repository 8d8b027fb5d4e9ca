import type { DeleteResourcePolicyRequest } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { parseFunctionReference } from '../../../model/function-reference.ts';
import { askedArn } from '../functions/function-rows.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { changePolicy } from './policy-rows.ts';
import { checkPolicyRevision, noPolicy } from './policy-rules.ts';

export function deleteResourcePolicy(
  deps: LambdaDependencies,
): OperationHandler<DeleteResourcePolicyRequest, Record<string, never>> {
  return async (input, context) => {
    const reference = parseFunctionReference(input.ResourceArn ?? '', undefined, context);
    await changePolicy(deps.store, askedArn(reference), async (before) => {
      if (before === undefined) throw noPolicy();
      checkPolicyRevision(before, input.RevisionId, 'GetResourcePolicy');
      return await Promise.resolve(undefined);
    });
    return {};
  };
}
