import type { DeleteRoleRequest } from '@aws-sdk/client-iam';
import type { OperationHandler } from '../../../aws/service.ts';
import { changeAccount } from '../entities/entity-rows.ts';
import { nameKey } from '../entities/entity-key.ts';
import { checkHoldsNothing } from '../holders/holds-nothing.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { deleteConflict } from '../iam-errors.ts';

export function deleteRole(
  deps: IamDependencies,
): OperationHandler<DeleteRoleRequest, Record<string, never>> {
  return async ({ RoleName = '' }, context) => {
    await changeAccount(deps.store, context.accountId, async (account) => {
      const role = await account.require('role', RoleName);
      const profiles = await account.list('instance-profile');
      if (profiles.some(({ roleName }) => roleName !== undefined && nameKey(roleName) === nameKey(role.name)))
        throw deleteConflict('Cannot delete entity, must remove roles from instance profile first.');
      checkHoldsNothing(role);
      await account.remove(role);
    });
    return {};
  };
}
