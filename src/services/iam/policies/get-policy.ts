import type { GetPolicyRequest, GetPolicyResponse } from '@aws-sdk/client-iam';
import type { OperationHandler } from '../../../aws/service.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { requirePolicy } from './find-policy.ts';
import { allHolders, useOf } from './policy-use.ts';
import { shownPolicyInFull } from './policy-versions.ts';

export function getPolicy(deps: IamDependencies): OperationHandler<GetPolicyRequest, GetPolicyResponse> {
  return async ({ PolicyArn = '' }, { accountId }) => {
    const { db } = deps.store;
    const policy = await requirePolicy(db, accountId, PolicyArn);
    return { Policy: shownPolicyInFull(policy, useOf(policy.arn, await allHolders(db, accountId))) };
  };
}
