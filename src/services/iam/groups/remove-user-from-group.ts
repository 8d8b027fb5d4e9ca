import type { RemoveUserFromGroupRequest } from '@aws-sdk/client-iam';
import type { OperationHandler } from '../../../aws/service.ts';
import { changeAccount } from '../entities/entity-rows.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { withoutGroup } from './group-members.ts';

export function removeUserFromGroup(
  deps: IamDependencies,
): OperationHandler<RemoveUserFromGroupRequest, Record<string, never>> {
  return async ({ GroupName = '', UserName = '' }, context) => {
    await changeAccount(deps.store, context.accountId, async (account) => {
      const group = await account.require('group', GroupName);
      const user = await account.require('user', UserName);
      await account.put(withoutGroup(user, group.name));
    });
    return {};
  };
}
