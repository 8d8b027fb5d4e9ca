import type { Tag } from '@aws-sdk/client-iam';
import type { OperationHandler } from '../../../aws/service.ts';
import { changeAccount } from '../entities/entity-rows.ts';
import { tagsOf, withTags } from '../entities/entity-tags.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import type { Nothing } from './holder.ts';
import { requireTagged, type TaggedInput, type TaggedKind } from './tagged-entity.ts';

interface Input extends TaggedInput {
  readonly Tags?: readonly Tag[] | undefined;
}

/** TagUser, TagRole, TagPolicy, TagInstanceProfile. */
export function tagEntity(deps: IamDependencies, kind: TaggedKind): OperationHandler<Input, Nothing> {
  return async (input, context) => {
    const added = tagsOf(input.Tags);
    await changeAccount(deps.store, context.accountId, async (account) => {
      const entity = await requireTagged(account, kind, input);
      await account.put({ ...entity, tags: withTags(entity.tags, added) });
    });
    return {};
  };
}
