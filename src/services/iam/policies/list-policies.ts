import type { ListPoliciesRequest, ListPoliciesResponse } from '@aws-sdk/client-iam';
import type { OperationHandler, RequestContext } from '../../../aws/service.ts';
import type { StoredManagedPolicy } from '../../../model/identity/stored-identity.ts';
import { partitionOf } from '../../../model/stored-function.ts';
import { pageOf } from '../entities/entity-page.ts';
import { listEntities } from '../entities/entity-rows.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { awsManagedPolicies } from './aws-managed-policies.ts';
import { allHolders, useOf } from './policy-use.ts';
import { shownPolicy } from './policy-versions.ts';

export function listPolicies(
  deps: IamDependencies,
): OperationHandler<ListPoliciesRequest, ListPoliciesResponse> {
  return async (input, context) => {
    const holders = await allHolders(deps.store.db, context.accountId);
    const used = (arn: string): number => {
      const { attached, bounded } = useOf(arn, holders);
      if (input.PolicyUsageFilter === undefined) return attached + bounded;
      return input.PolicyUsageFilter === 'PermissionsBoundary' ? bounded : attached;
    };
    const onlyUsed = input.OnlyAttached === true || input.PolicyUsageFilter !== undefined;
    const fitting = (await inScope(deps, input, context)).filter(
      ({ path, arn }) => path.startsWith(input.PathPrefix ?? '/') && (!onlyUsed || used(arn) > 0),
    );
    const sorted = fitting.toSorted((a, b) => (a.arn < b.arn ? -1 : 1));
    const { items, ...page } = pageOf(sorted, input, ({ arn }) => arn);
    return { Policies: items.map((policy) => shownPolicy(policy, useOf(policy.arn, holders))), ...page };
  };
}

async function inScope(
  deps: IamDependencies,
  { Scope = 'All' }: ListPoliciesRequest,
  { accountId, region }: RequestContext,
): Promise<StoredManagedPolicy[]> {
  const own = Scope === 'AWS' ? [] : await listEntities(deps.store.db, 'policy', accountId);
  return Scope === 'Local' ? own : [...own, ...awsManagedPolicies(partitionOf(region))];
}
