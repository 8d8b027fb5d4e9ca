import type { ListAttachedRolePoliciesRequest, ListAttachedRolePoliciesResponse } from '@aws-sdk/client-iam';
import type { OperationHandler } from '../../../aws/service.ts';
import { pageOf } from '../entities/entity-page.ts';
import { requireEntity } from '../entities/entity-rows.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { type HolderInput, type HolderKind, holderName } from './holder.ts';

type Input = HolderInput & Omit<ListAttachedRolePoliciesRequest, 'RoleName'>;

/** ListAttachedUserPolicies, ListAttachedGroupPolicies, ListAttachedRolePolicies. */
export function listAttachedPolicies(
  deps: IamDependencies,
  kind: HolderKind,
): OperationHandler<Input, ListAttachedRolePoliciesResponse> {
  return async (input, { accountId }) => {
    const { attached } = await requireEntity(deps.store.db, kind, accountId, holderName(input));
    const below = attached.filter((arn) => pathOf(arn).startsWith(input.PathPrefix ?? '/'));
    const { items, ...page } = pageOf(below.toSorted(), input, (arn) => arn);
    const AttachedPolicies = items.map((arn) => ({
      PolicyName: arn.slice(arn.lastIndexOf('/') + 1),
      PolicyArn: arn,
    }));
    return { AttachedPolicies, ...page };
  };
}

/** `arn:aws:iam::aws:policy/service-role/Name` -> `/service-role/` */
function pathOf(arn: string): string {
  return arn.slice(arn.indexOf('/'), arn.lastIndexOf('/') + 1);
}
