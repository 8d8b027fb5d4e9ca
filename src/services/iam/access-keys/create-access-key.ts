import { randomBytes } from 'node:crypto';
import type { CreateAccessKeyRequest, CreateAccessKeyResponse } from '@aws-sdk/client-iam';
import type { OperationHandler } from '../../../aws/service.ts';
import { accessKeyId } from '../../../model/identity/identity-names.ts';
import type { StoredAccessKey } from '../../../model/identity/stored-identity.ts';
import { changeAccount } from '../entities/entity-rows.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { limitExceeded } from '../iam-errors.ts';
import { namedUser } from '../users/calling-user.ts';

const MOST = 2;

export function createAccessKey(
  deps: IamDependencies,
): OperationHandler<CreateAccessKeyRequest, CreateAccessKeyResponse> {
  return async ({ UserName }, context) => {
    const name = namedUser(UserName, context);
    const key: StoredAccessKey = {
      id: accessKeyId('AKIA'),
      secret: randomBytes(30).toString('base64'),
      status: 'Active',
      createdMs: deps.clock.now(),
    };
    const user = await changeAccount(deps.store, context.accountId, async (account) => {
      const before = await account.require('user', name);
      if (before.accessKeys.length >= MOST)
        throw limitExceeded(`Cannot exceed quota for AccessKeysPerUser: ${MOST}`);
      return await account.put({ ...before, accessKeys: [...before.accessKeys, key] });
    });
    return {
      AccessKey: {
        UserName: user.name,
        AccessKeyId: key.id,
        Status: key.status,
        SecretAccessKey: key.secret,
        CreateDate: new Date(key.createdMs),
      },
    };
  };
}
