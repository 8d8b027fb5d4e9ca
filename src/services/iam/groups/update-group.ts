import type { UpdateGroupRequest } from '@aws-sdk/client-iam';
import type { OperationHandler } from '../../../aws/service.ts';
import { changeAccount } from '../entities/entity-rows.ts';
import { movedArn } from '../entities/new-entity.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { isMember, withoutGroup } from './group-members.ts';

export function updateGroup(
  deps: IamDependencies,
): OperationHandler<UpdateGroupRequest, Record<string, never>> {
  return async ({ GroupName = '', NewGroupName, NewPath }, context) => {
    await changeAccount(deps.store, context.accountId, async (account) => {
      const before = await account.require('group', GroupName);
      const place = { name: NewGroupName ?? before.name, path: NewPath ?? before.path };
      await account.replace(before, { ...before, ...place, arn: movedArn(before.arn, place) });
      if (place.name === before.name) return;
      for (const user of await account.list('user')) {
        if (!isMember(user, before.name)) continue;
        const others = withoutGroup(user, before.name);
        await account.put({ ...others, groups: [...others.groups, place.name] });
      }
    });
    return {};
  };
}
