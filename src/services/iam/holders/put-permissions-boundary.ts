import type { OperationHandler } from '../../../aws/service.ts';
import { changeAccount } from '../entities/entity-rows.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { requireAttachable } from './attachable-policy.ts';
import { type HolderInput, holderName, type Nothing } from './holder.ts';

interface Input extends HolderInput {
  readonly PermissionsBoundary?: string | undefined;
}

/** PutUserPermissionsBoundary, PutRolePermissionsBoundary. */
export function putPermissionsBoundary(
  deps: IamDependencies,
  kind: 'user' | 'role',
): OperationHandler<Input, Nothing> {
  return async (input, context) => {
    const { PermissionsBoundary: boundary = '' } = input;
    await changeAccount(deps.store, context.accountId, async (account) => {
      const holder = await account.require(kind, holderName(input));
      await requireAttachable(account, boundary);
      await account.put({ ...holder, boundary });
    });
    return {};
  };
}
