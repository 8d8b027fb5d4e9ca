import type {
  ListTagsForResourceRequest,
  ListTagsForResourceResponse,
} from '@aws-sdk/client-cloudwatch-logs';
import type { OperationHandler } from '../../aws/service.ts';
import { groupArn } from './log-names.ts';
import { requireGroup } from './log-rows.ts';
import { readTags, taggedGroup } from './log-tags.ts';
import type { LogsDependencies } from './logs-dependencies.ts';

export function listTagsForResource(
  deps: LogsDependencies,
): OperationHandler<ListTagsForResourceRequest, ListTagsForResourceResponse> {
  return async (input, context) => {
    const group = taggedGroup(input.resourceArn ?? '', context);
    await requireGroup(deps.store.db, group);
    return { tags: await readTags(deps.store.db, groupArn(group)) };
  };
}
