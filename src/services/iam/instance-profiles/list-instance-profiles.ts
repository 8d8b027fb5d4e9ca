import type {
  ListInstanceProfilesForRoleRequest,
  ListInstanceProfilesRequest,
  ListInstanceProfilesResponse,
} from '@aws-sdk/client-iam';
import type { OperationHandler } from '../../../aws/service.ts';
import { nameKey } from '../entities/entity-key.ts';
import { pageOf } from '../entities/entity-page.ts';
import { listEntities, requireEntity } from '../entities/entity-rows.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { shownInstanceProfile } from './instance-profile-output.ts';

type Input = ListInstanceProfilesRequest & Partial<ListInstanceProfilesForRoleRequest>;

/** ListInstanceProfiles, and ListInstanceProfilesForRole. Throws NoSuchEntity for a role that is not there. */
export function listInstanceProfiles(
  deps: IamDependencies,
): OperationHandler<Input, ListInstanceProfilesResponse> {
  return async (input, { accountId }) => {
    const { db } = deps.store;
    const { RoleName, PathPrefix = '/' } = input;
    const role = RoleName === undefined ? undefined : await requireEntity(db, 'role', accountId, RoleName);
    const all = await listEntities(db, 'instance-profile', accountId);
    const fitting = all.filter(
      ({ path, roleName }) =>
        path.startsWith(PathPrefix) && (role === undefined || nameKey(roleName ?? '') === nameKey(role.name)),
    );
    const { items, ...page } = pageOf(fitting, input, ({ name }) => nameKey(name));
    return {
      InstanceProfiles: await Promise.all(items.map((each) => shownInstanceProfile(db, each))),
      ...page,
    };
  };
}
