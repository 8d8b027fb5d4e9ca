import type { ListRolePoliciesRequest, ListRolePoliciesResponse } from '@aws-sdk/client-iam';
import type { OperationHandler } from '../../../aws/service.ts';
import { pageOf } from '../entities/entity-page.ts';
import { requireEntity } from '../entities/entity-rows.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { type HolderInput, type HolderKind, holderName } from './holder.ts';

type Input = HolderInput & Omit<ListRolePoliciesRequest, 'RoleName'>;

/** ListUserPolicies, ListGroupPolicies, ListRolePolicies. */
export function listInlinePolicies(
  deps: IamDependencies,
  kind: HolderKind,
): OperationHandler<Input, ListRolePoliciesResponse> {
  return async (input, { accountId }) => {
    const { inline } = await requireEntity(deps.store.db, kind, accountId, holderName(input));
    const { items, ...page } = pageOf(Object.keys(inline).toSorted(), input, (name) => name);
    return { PolicyNames: items, ...page };
  };
}
