import type { ListAccessKeysRequest, ListAccessKeysResponse } from '@aws-sdk/client-iam';
import type { OperationHandler } from '../../../aws/service.ts';
import { pageOf } from '../entities/entity-page.ts';
import { requireEntity } from '../entities/entity-rows.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { namedUser } from '../users/calling-user.ts';

export function listAccessKeys(
  deps: IamDependencies,
): OperationHandler<ListAccessKeysRequest, ListAccessKeysResponse> {
  return async (input, context) => {
    const name = namedUser(input.UserName, context);
    const user = await requireEntity(deps.store.db, 'user', context.accountId, name);
    const sorted = user.accessKeys.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    const { items, ...page } = pageOf(sorted, input, ({ id }) => id);
    const AccessKeyMetadata = items.map(({ id, status, createdMs }) => ({
      UserName: user.name,
      AccessKeyId: id,
      Status: status,
      CreateDate: new Date(createdMs),
    }));
    return { AccessKeyMetadata, ...page };
  };
}
