import type { ListGroupsRequest, ListGroupsResponse } from '@aws-sdk/client-iam';
import type { OperationHandler } from '../../../aws/service.ts';
import { nameKey } from '../entities/entity-key.ts';
import { pageOf } from '../entities/entity-page.ts';
import { listEntities } from '../entities/entity-rows.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { shownGroup } from './group-output.ts';

export function listGroups(deps: IamDependencies): OperationHandler<ListGroupsRequest, ListGroupsResponse> {
  return async (input, context) => {
    const all = await listEntities(deps.store.db, 'group', context.accountId);
    const below = all.filter(({ path }) => path.startsWith(input.PathPrefix ?? '/'));
    const { items, ...page } = pageOf(below, input, ({ name }) => nameKey(name));
    return { Groups: items.map(shownGroup), ...page };
  };
}
