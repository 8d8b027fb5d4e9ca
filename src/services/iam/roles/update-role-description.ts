import type { UpdateRoleDescriptionRequest, UpdateRoleDescriptionResponse } from '@aws-sdk/client-iam';
import type { OperationHandler } from '../../../aws/service.ts';
import { changeAccount } from '../entities/entity-rows.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { shownRoleInFull } from './role-output.ts';

export function updateRoleDescription(
  deps: IamDependencies,
): OperationHandler<UpdateRoleDescriptionRequest, UpdateRoleDescriptionResponse> {
  return async ({ RoleName = '', Description: description = '' }, context) => {
    const role = await changeAccount(deps.store, context.accountId, async (account) => {
      return await account.put({ ...(await account.require('role', RoleName)), description });
    });
    return { Role: shownRoleInFull(role) };
  };
}
