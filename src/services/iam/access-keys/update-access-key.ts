import type { UpdateAccessKeyRequest } from '@aws-sdk/client-iam';
import type { OperationHandler } from '../../../aws/service.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { validationError } from '../iam-errors.ts';
import { namedUser } from '../users/calling-user.ts';
import { changeAccessKey } from './change-access-key.ts';

export function updateAccessKey(
  deps: IamDependencies,
): OperationHandler<UpdateAccessKeyRequest, Record<string, never>> {
  return async ({ UserName, AccessKeyId = '', Status: status }, context) => {
    if (status !== 'Active' && status !== 'Inactive')
      throw validationError('An access key is made Active or Inactive.');
    const name = namedUser(UserName, context);
    await changeAccessKey(deps, context.accountId, name, AccessKeyId, (key) => ({ ...key, status }));
    return {};
  };
}
