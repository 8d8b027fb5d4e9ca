import type { ServiceDefinition } from '../../../aws/service.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { addRoleToInstanceProfile } from './add-role-to-instance-profile.ts';
import { createInstanceProfile } from './create-instance-profile.ts';
import { deleteInstanceProfile } from './delete-instance-profile.ts';
import { getInstanceProfile } from './get-instance-profile.ts';
import { listInstanceProfiles } from './list-instance-profiles.ts';
import { removeRoleFromInstanceProfile } from './remove-role-from-instance-profile.ts';

export function instanceProfileOperations(deps: IamDependencies): ServiceDefinition['operations'] {
  return {
    AddRoleToInstanceProfile: addRoleToInstanceProfile(deps),
    CreateInstanceProfile: createInstanceProfile(deps),
    DeleteInstanceProfile: deleteInstanceProfile(deps),
    GetInstanceProfile: getInstanceProfile(deps),
    ListInstanceProfiles: listInstanceProfiles(deps),
    ListInstanceProfilesForRole: listInstanceProfiles(deps),
    RemoveRoleFromInstanceProfile: removeRoleFromInstanceProfile(deps),
  };
}
