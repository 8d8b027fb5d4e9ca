import type { GetPolicyRequest, GetPolicyResponse } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { parseFunctionReference } from '../../../model/function-reference.ts';
import { askedArn } from '../functions/function-rows.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { findPolicy } from './policy-rows.ts';
import { noPolicy } from './policy-rules.ts';

export function getPolicy(deps: LambdaDependencies): OperationHandler<GetPolicyRequest, GetPolicyResponse> {
  return async (input, context) => {
    const reference = parseFunctionReference(input.FunctionName ?? '', input.Qualifier, context);
    const policy = await findPolicy(deps.store.db, askedArn(reference));
    if (policy === undefined) throw noPolicy();
    return { Policy: policy.text, RevisionId: policy.revisionId };
  };
}
