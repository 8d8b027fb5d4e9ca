import type { RemoveRoleFromInstanceProfileRequest } from '@aws-sdk/client-iam';
import type { OperationHandler } from '../../../aws/service.ts';
import { nameKey } from '../entities/entity-key.ts';
import { changeAccount } from '../entities/entity-rows.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { notFound } from '../iam-errors.ts';

export function removeRoleFromInstanceProfile(
  deps: IamDependencies,
): OperationHandler<RemoveRoleFromInstanceProfileRequest, Record<string, never>> {
  return async ({ InstanceProfileName = '', RoleName = '' }, context) => {
    await changeAccount(deps.store, context.accountId, async (account) => {
      const { roleName, ...profile } = await account.require('instance-profile', InstanceProfileName);
      if (roleName === undefined || nameKey(roleName) !== nameKey(RoleName)) throw notFound('role', RoleName);
      await account.put(profile);
    });
    return {};
  };
}
