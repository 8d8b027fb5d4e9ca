import type { ListEntitiesForPolicyRequest, ListEntitiesForPolicyResponse } from '@aws-sdk/client-iam';
import type { OperationHandler } from '../../../aws/service.ts';
import type { IdentityOf } from '../../../model/identity/stored-identity.ts';
import { nameKey } from '../entities/entity-key.ts';
import { pageOf } from '../entities/entity-page.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { requirePolicy } from './find-policy.ts';
import { allHolders, isBoundedBy } from './policy-use.ts';

type Holder = IdentityOf<'user' | 'group' | 'role'>;

const FILTER = { user: 'User', group: 'Group', role: 'Role' } as const;

export function listEntitiesForPolicy(
  deps: IamDependencies,
): OperationHandler<ListEntitiesForPolicyRequest, ListEntitiesForPolicyResponse> {
  return async (input, { accountId }) => {
    const { arn } = await requirePolicy(deps.store.db, accountId, input.PolicyArn ?? '');
    const holders = await allHolders(deps.store.db, accountId);
    const having = holders.filter((holder) => fits(holder, arn, input));
    const keyOf = ({ kind, name }: Holder): string => `${kind} ${nameKey(name)}`;
    const { items, ...page } = pageOf(having, input, keyOf);
    return {
      PolicyGroups: items.flatMap((it) =>
        it.kind === 'group' ? { GroupName: it.name, GroupId: it.id } : [],
      ),
      PolicyRoles: items.flatMap((it) => (it.kind === 'role' ? { RoleName: it.name, RoleId: it.id } : [])),
      PolicyUsers: items.flatMap((it) => (it.kind === 'user' ? { UserName: it.name, UserId: it.id } : [])),
      ...page,
    };
  };
}

function fits(holder: Holder, arn: string, input: ListEntitiesForPolicyRequest): boolean {
  const { EntityFilter, PathPrefix = '/', PolicyUsageFilter } = input;
  if (EntityFilter !== undefined && EntityFilter !== FILTER[holder.kind]) return false;
  if (!holder.path.startsWith(PathPrefix)) return false;
  if (PolicyUsageFilter === 'PermissionsBoundary') return isBoundedBy(holder, arn);
  return holder.attached.includes(arn) || (PolicyUsageFilter === undefined && isBoundedBy(holder, arn));
}
