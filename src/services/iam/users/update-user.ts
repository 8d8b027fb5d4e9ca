import type { UpdateUserRequest } from '@aws-sdk/client-iam';
import type { OperationHandler } from '../../../aws/service.ts';
import { changeAccount } from '../entities/entity-rows.ts';
import { movedArn } from '../entities/new-entity.ts';
import type { IamDependencies } from '../iam-dependencies.ts';

export function updateUser(
  deps: IamDependencies,
): OperationHandler<UpdateUserRequest, Record<string, never>> {
  return async ({ UserName = '', NewUserName, NewPath }, context) => {
    await changeAccount(deps.store, context.accountId, async (account) => {
      const before = await account.require('user', UserName);
      const place = { name: NewUserName ?? before.name, path: NewPath ?? before.path };
      await account.replace(before, { ...before, ...place, arn: movedArn(before.arn, place) });
    });
    return {};
  };
}
