import type { UpdateAssumeRolePolicyRequest } from '@aws-sdk/client-iam';
import type { OperationHandler } from '../../../aws/service.ts';
import { changeAccount } from '../entities/entity-rows.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { checkTrustPolicy } from '../policies/document-rules.ts';

export function updateAssumeRolePolicy(
  deps: IamDependencies,
): OperationHandler<UpdateAssumeRolePolicyRequest, Record<string, never>> {
  return async ({ RoleName = '', PolicyDocument: trustPolicy = '' }, context) => {
    await changeAccount(deps.store, context.accountId, async (account) => {
      const before = await account.require('role', RoleName);
      checkTrustPolicy(trustPolicy);
      await account.put({ ...before, trustPolicy });
    });
    return {};
  };
}
