import type { OperationHandler } from '../../../aws/service.ts';
import { changeAccount } from '../entities/entity-rows.ts';
import { withoutTags } from '../entities/entity-tags.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import type { Nothing } from './holder.ts';
import { requireTagged, type TaggedInput, type TaggedKind } from './tagged-entity.ts';

interface Input extends TaggedInput {
  readonly TagKeys?: readonly string[] | undefined;
}

/** UntagUser, UntagRole, UntagPolicy, UntagInstanceProfile. */
export function untagEntity(deps: IamDependencies, kind: TaggedKind): OperationHandler<Input, Nothing> {
  return async (input, context) => {
    await changeAccount(deps.store, context.accountId, async (account) => {
      const entity = await requireTagged(account, kind, input);
      await account.put({ ...entity, tags: withoutTags(entity.tags, input.TagKeys ?? []) });
    });
    return {};
  };
}
