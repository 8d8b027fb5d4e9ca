import type {
  ListTagsForResourceRequest,
  ListTagsForResourceResponse,
  TagResourceRequest,
  UntagResourceRequest,
} from '@aws-sdk/client-sns';
import type { OperationHandler, RequestContext } from '../../../aws/service.ts';
import type { SnsDependencies } from '../sns-dependencies.ts';
import { resourceDoesNotExist } from '../sns-errors.ts';
import type { StoredTopic } from './stored-topic.ts';
import { changeTopic } from './topic-rows.ts';
import { shownTags, withoutTags, withTags } from './topic-tags.ts';

/** Tags are for a topic's own account. */
function ownTopic(deps: SnsDependencies, arn: string | undefined, context: RequestContext): StoredTopic {
  const topic = deps.directory.topic(arn ?? '');
  if (topic?.accountId !== context.accountId || topic.region !== context.region) throw resourceDoesNotExist();
  return topic;
}

export function tagResource(
  deps: SnsDependencies,
): OperationHandler<TagResourceRequest, Record<string, never>> {
  return async (input, context) => {
    const topic = ownTopic(deps, input.ResourceArn, context);
    const added = input.Tags ?? [];
    await changeTopic(deps.store, topic, ({ tags }) => ({ tags: JSON.stringify(withTags(tags, added)) }));
    return {};
  };
}

export function untagResource(
  deps: SnsDependencies,
): OperationHandler<UntagResourceRequest, Record<string, never>> {
  return async (input, context) => {
    const topic = ownTopic(deps, input.ResourceArn, context);
    const keys = input.TagKeys ?? [];
    await changeTopic(deps.store, topic, ({ tags }) => ({ tags: JSON.stringify(withoutTags(tags, keys)) }));
    return {};
  };
}

export function listTagsForResource(
  deps: SnsDependencies,
): OperationHandler<ListTagsForResourceRequest, ListTagsForResourceResponse> {
  return (input, context) => ({ Tags: shownTags(ownTopic(deps, input.ResourceArn, context).tags) });
}
