import type { DeleteInstanceProfileRequest } from '@aws-sdk/client-iam';
import type { OperationHandler } from '../../../aws/service.ts';
import { changeAccount } from '../entities/entity-rows.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { deleteConflict } from '../iam-errors.ts';

export function deleteInstanceProfile(
  deps: IamDependencies,
): OperationHandler<DeleteInstanceProfileRequest, Record<string, never>> {
  return async ({ InstanceProfileName = '' }, context) => {
    await changeAccount(deps.store, context.accountId, async (account) => {
      const profile = await account.require('instance-profile', InstanceProfileName);
      if (profile.roleName !== undefined)
        throw deleteConflict('Cannot delete entity, must remove roles from instance profile first.');
      await account.remove(profile);
    });
    return {};
  };
}
