import type { ListPolicyVersionsRequest, ListPolicyVersionsResponse } from '@aws-sdk/client-iam';
import type { OperationHandler } from '../../../aws/service.ts';
import { pageOf } from '../entities/entity-page.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { requirePolicy } from './find-policy.ts';
import { shownVersion } from './policy-versions.ts';

const NEWEST_FIRST = 1_000_000_000;

export function listPolicyVersions(
  deps: IamDependencies,
): OperationHandler<ListPolicyVersionsRequest, ListPolicyVersionsResponse> {
  return async (input, { accountId }) => {
    const policy = await requirePolicy(deps.store.db, accountId, input.PolicyArn ?? '');
    const keyOf = ({ id }: { readonly id: string }): string => String(NEWEST_FIRST - Number(id.slice(1)));
    const { items, ...page } = pageOf(policy.versions.toReversed(), input, keyOf);
    return { Versions: items.map((version) => shownVersion(policy, version)), ...page };
  };
}
