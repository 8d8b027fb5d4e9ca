import type { ServiceDefinition } from '../../../aws/service.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { addUserToGroup } from './add-user-to-group.ts';
import { createGroup } from './create-group.ts';
import { deleteGroup } from './delete-group.ts';
import { getGroup } from './get-group.ts';
import { listGroupsForUser } from './list-groups-for-user.ts';
import { listGroups } from './list-groups.ts';
import { removeUserFromGroup } from './remove-user-from-group.ts';
import { updateGroup } from './update-group.ts';

export function groupOperations(deps: IamDependencies): ServiceDefinition['operations'] {
  return {
    AddUserToGroup: addUserToGroup(deps),
    CreateGroup: createGroup(deps),
    DeleteGroup: deleteGroup(deps),
    GetGroup: getGroup(deps),
    ListGroups: listGroups(deps),
    ListGroupsForUser: listGroupsForUser(deps),
    RemoveUserFromGroup: removeUserFromGroup(deps),
    UpdateGroup: updateGroup(deps),
  };
}
