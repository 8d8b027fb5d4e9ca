import type { GetGroupRequest, GetGroupResponse } from '@aws-sdk/client-iam';
import type { OperationHandler } from '../../../aws/service.ts';
import { nameKey } from '../entities/entity-key.ts';
import { pageOf } from '../entities/entity-page.ts';
import { listEntities, requireEntity } from '../entities/entity-rows.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { shownUser } from '../users/user-output.ts';
import { isMember } from './group-members.ts';
import { shownGroup } from './group-output.ts';

export function getGroup(deps: IamDependencies): OperationHandler<GetGroupRequest, GetGroupResponse> {
  return async (input, { accountId }) => {
    const group = await requireEntity(deps.store.db, 'group', accountId, input.GroupName ?? '');
    const users = await listEntities(deps.store.db, 'user', accountId);
    const members = users.filter((user) => isMember(user, group.name));
    const { items, ...page } = pageOf(members, input, ({ name }) => nameKey(name));
    return { Group: shownGroup(group), Users: items.map(shownUser), ...page };
  };
}
