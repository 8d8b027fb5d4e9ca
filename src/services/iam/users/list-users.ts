import type { ListUsersRequest, ListUsersResponse } from '@aws-sdk/client-iam';
import type { OperationHandler } from '../../../aws/service.ts';
import { nameKey } from '../entities/entity-key.ts';
import { pageOf } from '../entities/entity-page.ts';
import { listEntities } from '../entities/entity-rows.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { shownUser } from './user-output.ts';

export function listUsers(deps: IamDependencies): OperationHandler<ListUsersRequest, ListUsersResponse> {
  return async (input, context) => {
    const all = await listEntities(deps.store.db, 'user', context.accountId);
    const below = all.filter(({ path }) => path.startsWith(input.PathPrefix ?? '/'));
    const { items, ...page } = pageOf(below, input, ({ name }) => nameKey(name));
    return { Users: items.map(shownUser), ...page };
  };
}
