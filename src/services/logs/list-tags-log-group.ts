import type { ListTagsLogGroupRequest, ListTagsLogGroupResponse } from '@aws-sdk/client-cloudwatch-logs';
import type { OperationHandler } from '../../aws/service.ts';
import { groupArn, groupOf } from './log-names.ts';
import { requireGroup } from './log-rows.ts';
import { readTags } from './log-tags.ts';
import type { LogsDependencies } from './logs-dependencies.ts';

export function listTagsLogGroup(
  deps: LogsDependencies,
): OperationHandler<ListTagsLogGroupRequest, ListTagsLogGroupResponse> {
  return async (input, context) => {
    const group = groupOf(input, context);
    await requireGroup(deps.store.db, group);
    return { tags: await readTags(deps.store.db, groupArn(group)) };
  };
}
