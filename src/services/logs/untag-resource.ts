import type { UntagResourceRequest } from '@aws-sdk/client-cloudwatch-logs';
import type { OperationHandler } from '../../aws/service.ts';
import { groupArn } from './log-names.ts';
import { requireGroup } from './log-rows.ts';
import { removeTags, taggedGroup } from './log-tags.ts';
import type { LogsDependencies } from './logs-dependencies.ts';

export function untagResource(
  deps: LogsDependencies,
): OperationHandler<UntagResourceRequest, Record<string, never>> {
  return async (input, context) => {
    const group = taggedGroup(input.resourceArn ?? '', context);
    await deps.store.write(async (tx) => {
      await requireGroup(tx, group);
      await removeTags(tx, groupArn(group), input.tagKeys ?? []);
    });
    return {};
  };
}
