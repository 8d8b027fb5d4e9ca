import type { CreateGroupRequest, CreateGroupResponse } from '@aws-sdk/client-iam';
import type { OperationHandler } from '../../../aws/service.ts';
import { changeAccount } from '../entities/entity-rows.ts';
import { newEntity } from '../entities/new-entity.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { shownGroup } from './group-output.ts';

export function createGroup(
  deps: IamDependencies,
): OperationHandler<CreateGroupRequest, CreateGroupResponse> {
  return async ({ GroupName = '', Path }, context) => {
    const group = {
      ...newEntity('group', GroupName, Path, context, deps.clock.now()),
      inline: {},
      attached: [],
    };
    await changeAccount(deps.store, context.accountId, async (account) => await account.add(group));
    return { Group: shownGroup(group) };
  };
}
