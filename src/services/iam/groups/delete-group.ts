import type { DeleteGroupRequest } from '@aws-sdk/client-iam';
import type { OperationHandler } from '../../../aws/service.ts';
import { changeAccount } from '../entities/entity-rows.ts';
import { checkHoldsNothing } from '../holders/holds-nothing.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { deleteConflict } from '../iam-errors.ts';
import { isMember } from './group-members.ts';

export function deleteGroup(
  deps: IamDependencies,
): OperationHandler<DeleteGroupRequest, Record<string, never>> {
  return async ({ GroupName = '' }, context) => {
    await changeAccount(deps.store, context.accountId, async (account) => {
      const group = await account.require('group', GroupName);
      const users = await account.list('user');
      if (users.some((user) => isMember(user, group.name)))
        throw deleteConflict('Cannot delete entity, must remove users from group first.');
      checkHoldsNothing(group);
      await account.remove(group);
    });
    return {};
  };
}
