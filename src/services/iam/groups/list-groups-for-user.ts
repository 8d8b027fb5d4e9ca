import type { ListGroupsForUserRequest, ListGroupsForUserResponse } from '@aws-sdk/client-iam';
import type { OperationHandler } from '../../../aws/service.ts';
import { nameKey } from '../entities/entity-key.ts';
import { pageOf } from '../entities/entity-page.ts';
import { listEntities, requireEntity } from '../entities/entity-rows.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { isMember } from './group-members.ts';
import { shownGroup } from './group-output.ts';

export function listGroupsForUser(
  deps: IamDependencies,
): OperationHandler<ListGroupsForUserRequest, ListGroupsForUserResponse> {
  return async (input, { accountId }) => {
    const user = await requireEntity(deps.store.db, 'user', accountId, input.UserName ?? '');
    const groups = await listEntities(deps.store.db, 'group', accountId);
    const own = groups.filter(({ name }) => isMember(user, name));
    const { items, ...page } = pageOf(own, input, ({ name }) => nameKey(name));
    return { Groups: items.map(shownGroup), ...page };
  };
}
