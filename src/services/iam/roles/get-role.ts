import type { GetRoleRequest, GetRoleResponse } from '@aws-sdk/client-iam';
import type { OperationHandler } from '../../../aws/service.ts';
import { requireEntity } from '../entities/entity-rows.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { shownRoleInFull } from './role-output.ts';

export function getRole(deps: IamDependencies): OperationHandler<GetRoleRequest, GetRoleResponse> {
  return async ({ RoleName = '' }, { accountId }) => {
    return { Role: shownRoleInFull(await requireEntity(deps.store.db, 'role', accountId, RoleName)) };
  };
}
