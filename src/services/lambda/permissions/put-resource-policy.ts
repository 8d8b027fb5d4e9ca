import type { PutResourcePolicyRequest, PutResourcePolicyResponse } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { parseFunctionReference } from '../../../model/function-reference.ts';
import { askedArn } from '../functions/function-rows.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { checkGivenPolicy } from './given-policy.ts';
import { changePolicy } from './policy-rows.ts';
import { checkPolicyRevision, refuseLatest, requirePolicyTarget } from './policy-rules.ts';
import { checkPublicAccess } from './public-access.ts';
import { checkPolicySize } from './policy-statements.ts';

/** Replaces the whole policy, whichever operation its statements came from. It is kept and returned as it was given. */
export function putResourcePolicy(
  deps: LambdaDependencies,
): OperationHandler<PutResourcePolicyRequest, PutResourcePolicyResponse> {
  return async (input, context) => {
    const reference = parseFunctionReference(input.ResourceArn ?? '', undefined, context);
    refuseLatest(reference);
    const arn = askedArn(reference);
    const text = input.Policy ?? '';
    checkGivenPolicy(text, arn);
    checkPolicySize(text);
    checkPublicAccess(deps, text);
    const after = await changePolicy(deps.store, arn, async (before, tx) => {
      await requirePolicyTarget(tx, reference);
      checkPolicyRevision(before, input.RevisionId, 'GetResourcePolicy');
      return text;
    });
    return { Policy: text, RevisionId: after?.revisionId };
  };
}
