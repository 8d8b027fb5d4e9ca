import type {
  ListTagsForResourceInput,
  ListTagsForResourceOutput,
  TagResourceInput,
  UntagResourceInput,
} from '@aws-sdk/client-kinesis';
import type { OperationHandler } from '../../../aws/service.ts';
import type { KinesisDependencies } from '../kinesis-dependencies.ts';
import { admitResource, changeResource } from '../permissions/resources.ts';
import { tagKeys } from '../permissions/stream-access.ts';
import { checkTags, shownTags, without } from './tags.ts';

/** Of streams and of consumers. */
export function tagResource(deps: KinesisDependencies): OperationHandler<TagResourceInput, undefined> {
  return async (input, context) => {
    const added = input.Tags ?? {};
    const resource = await admitResource(deps, input, context, 'TagResource', tagKeys(added));
    await changeResource(deps, resource, ({ tags, ...rest }) => ({
      ...rest,
      tags: checkTags(added, tags, resource.name),
    }));
    return undefined;
  };
}

export function untagResource(deps: KinesisDependencies): OperationHandler<UntagResourceInput, undefined> {
  return async (input, context) => {
    const keys = input.TagKeys ?? [];
    const resource = await admitResource(deps, input, context, 'UntagResource', { 'aws:TagKeys': keys });
    await changeResource(deps, resource, ({ tags, ...rest }) => ({ ...rest, tags: without(tags, keys) }));
    return undefined;
  };
}

export function listTagsForResource(
  deps: KinesisDependencies,
): OperationHandler<ListTagsForResourceInput, ListTagsForResourceOutput> {
  return async (input, context) => {
    const { stream, consumer } = await admitResource(deps, input, context, 'ListTagsForResource');
    return { Tags: shownTags((consumer ?? stream).definition.tags) };
  };
}
