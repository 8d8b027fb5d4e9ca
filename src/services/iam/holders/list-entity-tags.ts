import type { ListRoleTagsRequest, ListRoleTagsResponse } from '@aws-sdk/client-iam';
import type { OperationHandler } from '../../../aws/service.ts';
import { pageOf } from '../entities/entity-page.ts';
import { requireEntity } from '../entities/entity-rows.ts';
import { tagList } from '../entities/entity-tags.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { requirePolicy } from '../policies/find-policy.ts';
import { type TaggedInput, type TaggedKind, taggedName } from './tagged-entity.ts';

type Input = TaggedInput & Omit<ListRoleTagsRequest, 'RoleName'>;

/** ListUserTags, ListRoleTags, ListPolicyTags, ListInstanceProfileTags. */
export function listEntityTags(
  deps: IamDependencies,
  kind: TaggedKind,
): OperationHandler<Input, ListRoleTagsResponse> {
  return async (input, { accountId }) => {
    const { db } = deps.store;
    const entity =
      kind === 'policy'
        ? await requirePolicy(db, accountId, input.PolicyArn ?? '')
        : await requireEntity(db, kind, accountId, taggedName(input));
    const sorted = tagList(entity.tags).toSorted((a, b) => ((a.Key ?? '') < (b.Key ?? '') ? -1 : 1));
    const { items, ...page } = pageOf(sorted, input, ({ Key = '' }) => Key);
    return { Tags: items, ...page };
  };
}
