import type { TagResourceRequest } from '@aws-sdk/client-cloudwatch-logs';
import type { OperationHandler } from '../../aws/service.ts';
import { groupArn } from './log-names.ts';
import { requireGroup } from './log-rows.ts';
import { addTags, taggedGroup } from './log-tags.ts';
import type { LogsDependencies } from './logs-dependencies.ts';

export function tagResource(
  deps: LogsDependencies,
): OperationHandler<TagResourceRequest, Record<string, never>> {
  return async (input, context) => {
    const group = taggedGroup(input.resourceArn ?? '', context);
    await deps.store.write(async (tx) => {
      await requireGroup(tx, group);
      await addTags(tx, groupArn(group), input.tags ?? {});
    });
    return {};
  };
}
