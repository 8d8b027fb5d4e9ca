import type { UpdateRoleRequest } from '@aws-sdk/client-iam';
import type { OperationHandler } from '../../../aws/service.ts';
import { changeAccount } from '../entities/entity-rows.ts';
import type { IamDependencies } from '../iam-dependencies.ts';

/** What the request does not name stays. */
export function updateRole(
  deps: IamDependencies,
): OperationHandler<UpdateRoleRequest, Record<string, never>> {
  return async ({ RoleName = '', Description: description, MaxSessionDuration }, context) => {
    await changeAccount(deps.store, context.accountId, async (account) => {
      const before = await account.require('role', RoleName);
      await account.put({
        ...before,
        ...(description !== undefined && { description }),
        maxSessionSeconds: MaxSessionDuration ?? before.maxSessionSeconds,
      });
    });
    return {};
  };
}
