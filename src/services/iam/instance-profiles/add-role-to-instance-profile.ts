import type { AddRoleToInstanceProfileRequest } from '@aws-sdk/client-iam';
import type { OperationHandler } from '../../../aws/service.ts';
import { changeAccount } from '../entities/entity-rows.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { limitExceeded } from '../iam-errors.ts';

export function addRoleToInstanceProfile(
  deps: IamDependencies,
): OperationHandler<AddRoleToInstanceProfileRequest, Record<string, never>> {
  return async ({ InstanceProfileName = '', RoleName = '' }, context) => {
    await changeAccount(deps.store, context.accountId, async (account) => {
      const profile = await account.require('instance-profile', InstanceProfileName);
      const role = await account.require('role', RoleName);
      if (profile.roleName !== undefined)
        throw limitExceeded('Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1');
      await account.put({ ...profile, roleName: role.name });
    });
    return {};
  };
}
