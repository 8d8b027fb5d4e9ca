import type { DeleteUserRequest } from '@aws-sdk/client-iam';
import type { OperationHandler } from '../../../aws/service.ts';
import { changeAccount } from '../entities/entity-rows.ts';
import { checkHoldsNothing } from '../holders/holds-nothing.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { deleteConflict } from '../iam-errors.ts';

export function deleteUser(
  deps: IamDependencies,
): OperationHandler<DeleteUserRequest, Record<string, never>> {
  return async ({ UserName = '' }, context) => {
    await changeAccount(deps.store, context.accountId, async (account) => {
      const user = await account.require('user', UserName);
      if (user.accessKeys.length > 0)
        throw deleteConflict('Cannot delete entity, must delete access keys first.');
      if (user.groups.length > 0)
        throw deleteConflict('Cannot delete entity, must remove users from group first.');
      checkHoldsNothing(user);
      await account.remove(user);
    });
    return {};
  };
}
