import type { CreateUserRequest, CreateUserResponse } from '@aws-sdk/client-iam';
import type { OperationHandler } from '../../../aws/service.ts';
import { changeAccount } from '../entities/entity-rows.ts';
import { tagsOf } from '../entities/entity-tags.ts';
import { newEntity } from '../entities/new-entity.ts';
import { requireAttachable } from '../holders/attachable-policy.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { shownUserInFull } from './user-output.ts';

export function createUser(deps: IamDependencies): OperationHandler<CreateUserRequest, CreateUserResponse> {
  return async (input, context) => {
    const { UserName = '', Path, PermissionsBoundary: boundary } = input;
    const tags = tagsOf(input.Tags);
    const user = await changeAccount(deps.store, context.accountId, async (account) => {
      if (boundary !== undefined) await requireAttachable(account, boundary);
      return await account.add({
        ...newEntity('user', UserName, Path, context, deps.clock.now()),
        inline: {},
        attached: [],
        groups: [],
        accessKeys: [],
        tags,
        ...(boundary !== undefined && { boundary }),
      });
    });
    return { User: shownUserInFull(user) };
  };
}
