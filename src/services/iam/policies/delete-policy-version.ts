import type { DeletePolicyVersionRequest } from '@aws-sdk/client-iam';
import type { OperationHandler } from '../../../aws/service.ts';
import { changeAccount } from '../entities/entity-rows.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { deleteConflict } from '../iam-errors.ts';
import { requireOwnPolicy } from './find-policy.ts';
import { requireVersion } from './policy-versions.ts';

export function deletePolicyVersion(
  deps: IamDependencies,
): OperationHandler<DeletePolicyVersionRequest, Record<string, never>> {
  return async ({ PolicyArn = '', VersionId = '' }, context) => {
    await changeAccount(deps.store, context.accountId, async (account) => {
      const policy = await requireOwnPolicy(account, PolicyArn);
      const { id } = requireVersion(policy, VersionId);
      if (id === policy.defaultVersion)
        throw deleteConflict('Cannot delete the default version of a policy.');
      await account.put({ ...policy, versions: policy.versions.filter((version) => version.id !== id) });
    });
    return {};
  };
}
