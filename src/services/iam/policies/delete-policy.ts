import type { DeletePolicyRequest } from '@aws-sdk/client-iam';
import type { OperationHandler } from '../../../aws/service.ts';
import { changeAccount } from '../entities/entity-rows.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { deleteConflict } from '../iam-errors.ts';
import { requireOwnPolicy } from './find-policy.ts';
import { useOf } from './policy-use.ts';

export function deletePolicy(
  deps: IamDependencies,
): OperationHandler<DeletePolicyRequest, Record<string, never>> {
  return async ({ PolicyArn = '' }, context) => {
    await changeAccount(deps.store, context.accountId, async (account) => {
      const policy = await requireOwnPolicy(account, PolicyArn);
      const holders = [
        ...(await account.list('group')),
        ...(await account.list('role')),
        ...(await account.list('user')),
      ];
      const { attached, bounded } = useOf(policy.arn, holders);
      if (attached + bounded > 0) throw deleteConflict('Cannot delete a policy attached to entities.');
      if (policy.versions.length > 1)
        throw deleteConflict(
          "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. " +
            'The default version is deleted with the policy.',
        );
      await account.remove(policy);
    });
    return {};
  };
}
