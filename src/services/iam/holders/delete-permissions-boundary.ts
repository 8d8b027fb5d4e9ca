import type { OperationHandler } from '../../../aws/service.ts';
import { changeAccount } from '../entities/entity-rows.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { noSuchEntity } from '../iam-errors.ts';
import { type HolderInput, holderName, type Nothing } from './holder.ts';

/** DeleteUserPermissionsBoundary, DeleteRolePermissionsBoundary. */
export function deletePermissionsBoundary(
  deps: IamDependencies,
  kind: 'user' | 'role',
): OperationHandler<HolderInput, Nothing> {
  return async (input, context) => {
    await changeAccount(deps.store, context.accountId, async (account) => {
      const { boundary, ...holder } = await account.require(kind, holderName(input));
      if (boundary === undefined)
        throw noSuchEntity(
          `${kind === 'user' ? 'User' : 'Role'} ${holder.name} does not have a permissions boundary.`,
        );
      await account.put(holder);
    });
    return {};
  };
}
