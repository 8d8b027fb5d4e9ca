import type { ServiceDefinition } from '../../../aws/service.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { createRole } from './create-role.ts';
import { deleteRole } from './delete-role.ts';
import { getRole } from './get-role.ts';
import { listRoles } from './list-roles.ts';
import { updateAssumeRolePolicy } from './update-assume-role-policy.ts';
import { updateRoleDescription } from './update-role-description.ts';
import { updateRole } from './update-role.ts';

export function roleOperations(deps: IamDependencies): ServiceDefinition['operations'] {
  return {
    CreateRole: createRole(deps),
    DeleteRole: deleteRole(deps),
    GetRole: getRole(deps),
    ListRoles: listRoles(deps),
    UpdateAssumeRolePolicy: updateAssumeRolePolicy(deps),
    UpdateRole: updateRole(deps),
    UpdateRoleDescription: updateRoleDescription(deps),
  };
}
