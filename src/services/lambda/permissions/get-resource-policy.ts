import type { GetResourcePolicyRequest, GetResourcePolicyResponse } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { parseFunctionReference } from '../../../model/function-reference.ts';
import { askedArn } from '../functions/function-rows.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { findPolicy } from './policy-rows.ts';
import { noPolicy } from './policy-rules.ts';

export function getResourcePolicy(
  deps: LambdaDependencies,
): OperationHandler<GetResourcePolicyRequest, GetResourcePolicyResponse> {
  return async (input, context) => {
    const reference = parseFunctionReference(input.ResourceArn ?? '', undefined, context);
    const policy = await findPolicy(deps.store.db, askedArn(reference));
    if (policy === undefined) throw noPolicy();
    return { Policy: policy.text, RevisionId: policy.revisionId };
  };
}
