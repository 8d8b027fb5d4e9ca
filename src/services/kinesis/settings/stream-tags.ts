import type {
  AddTagsToStreamInput,
  ListTagsForStreamInput,
  ListTagsForStreamOutput,
  RemoveTagsFromStreamInput,
} from '@aws-sdk/client-kinesis';
import type { OperationHandler } from '../../../aws/service.ts';
import type { KinesisDependencies } from '../kinesis-dependencies.ts';
import { admit, tagKeys } from '../permissions/stream-access.ts';
import { changeStream, requireActive } from '../streams/stream-rows.ts';
import { checkTags, shownTags, without } from './tags.ts';

const LARGEST_PAGE = 50;

export function addTagsToStream(
  deps: KinesisDependencies,
): OperationHandler<AddTagsToStreamInput, undefined> {
  return async (input, context) => {
    const added = input.Tags ?? {};
    const stream = await admit(deps, input, context, 'AddTagsToStream', tagKeys(added));
    await changeStream(deps.store, stream, (before) => {
      requireActive(before);
      return { definition: { tags: checkTags(added, before.definition.tags, before.name) } };
    });
    return undefined;
  };
}

export function removeTagsFromStream(
  deps: KinesisDependencies,
): OperationHandler<RemoveTagsFromStreamInput, undefined> {
  return async (input, context) => {
    const keys = input.TagKeys ?? [];
    const stream = await admit(deps, input, context, 'RemoveTagsFromStream', { 'aws:TagKeys': keys });
    await changeStream(deps.store, stream, (before) => {
      requireActive(before);
      return { definition: { tags: without(before.definition.tags, keys) } };
    });
    return undefined;
  };
}

export function listTagsForStream(
  deps: KinesisDependencies,
): OperationHandler<ListTagsForStreamInput, ListTagsForStreamOutput> {
  return async (input, context) => {
    const { definition } = await admit(deps, input, context, 'ListTagsForStream');
    const after = input.ExclusiveStartTagKey ?? '';
    const rest = shownTags(definition.tags).filter(({ Key }) => Key > after);
    const page = rest.slice(0, input.Limit ?? LARGEST_PAGE);
    return { Tags: page, HasMoreTags: page.length < rest.length };
  };
}
