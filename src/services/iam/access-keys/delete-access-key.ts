import type { DeleteAccessKeyRequest } from '@aws-sdk/client-iam';
import type { OperationHandler } from '../../../aws/service.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { namedUser } from '../users/calling-user.ts';
import { changeAccessKey } from './change-access-key.ts';

export function deleteAccessKey(
  deps: IamDependencies,
): OperationHandler<DeleteAccessKeyRequest, Record<string, never>> {
  return async ({ UserName, AccessKeyId = '' }, context) => {
    const name = namedUser(UserName, context);
    await changeAccessKey(deps, context.accountId, name, AccessKeyId, () => undefined);
    return {};
  };
}
