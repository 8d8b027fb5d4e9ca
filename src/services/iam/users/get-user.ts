import type { GetUserRequest, GetUserResponse, User } from '@aws-sdk/client-iam';
import type { OperationHandler, RequestContext } from '../../../aws/service.ts';
import { isRoot } from '../../../model/identity/caller-identity.ts';
import { requireEntity } from '../entities/entity-rows.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { namedUser } from './calling-user.ts';
import { shownUserInFull } from './user-output.ts';

export function getUser(deps: IamDependencies): OperationHandler<GetUserRequest, GetUserResponse> {
  return async ({ UserName }, context) => {
    if (UserName === undefined && isRoot(context.caller)) return { User: rootUser(context) };
    const name = namedUser(UserName, context);
    return { User: shownUserInFull(await requireEntity(deps.store.db, 'user', context.accountId, name)) };
  };
}

/** The account itself; it has no name and was always there. */
function rootUser({ caller, accountId }: RequestContext): User {
  return {
    Path: '/',
    UserName: undefined,
    UserId: accountId,
    Arn: caller.principal.arn,
    CreateDate: new Date(0),
  };
}
