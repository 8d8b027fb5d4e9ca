import type { ListRolesRequest, ListRolesResponse } from '@aws-sdk/client-iam';
import type { OperationHandler } from '../../../aws/service.ts';
import { nameKey } from '../entities/entity-key.ts';
import { pageOf } from '../entities/entity-page.ts';
import { listEntities } from '../entities/entity-rows.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { shownRole } from './role-output.ts';

export function listRoles(deps: IamDependencies): OperationHandler<ListRolesRequest, ListRolesResponse> {
  return async (input, context) => {
    const all = await listEntities(deps.store.db, 'role', context.accountId);
    const below = all.filter(({ path }) => path.startsWith(input.PathPrefix ?? '/'));
    const { items, ...page } = pageOf(below, input, ({ name }) => nameKey(name));
    return { Roles: items.map(shownRole), ...page };
  };
}
