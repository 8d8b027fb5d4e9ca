import type { AddUserToGroupRequest } from '@aws-sdk/client-iam';
import type { OperationHandler } from '../../../aws/service.ts';
import { changeAccount } from '../entities/entity-rows.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { limitExceeded } from '../iam-errors.ts';
import { isMember } from './group-members.ts';

const MOST = 10;

export function addUserToGroup(
  deps: IamDependencies,
): OperationHandler<AddUserToGroupRequest, Record<string, never>> {
  return async ({ GroupName = '', UserName = '' }, context) => {
    await changeAccount(deps.store, context.accountId, async (account) => {
      const group = await account.require('group', GroupName);
      const user = await account.require('user', UserName);
      if (isMember(user, group.name)) return;
      if (user.groups.length >= MOST) throw limitExceeded(`Cannot exceed quota for GroupsPerUser: ${MOST}`);
      await account.put({ ...user, groups: [...user.groups, group.name] });
    });
    return {};
  };
}
