import type { UntagLogGroupRequest } from '@aws-sdk/client-cloudwatch-logs';
import type { OperationHandler } from '../../aws/service.ts';
import { groupArn, groupOf } from './log-names.ts';
import { requireGroup } from './log-rows.ts';
import { removeTags } from './log-tags.ts';
import type { LogsDependencies } from './logs-dependencies.ts';

export function untagLogGroup(
  deps: LogsDependencies,
): OperationHandler<UntagLogGroupRequest, Record<string, never>> {
  return async (input, context) => {
    const group = groupOf(input, context);
    await deps.store.write(async (tx) => {
      await requireGroup(tx, group);
      await removeTags(tx, groupArn(group), input.tags ?? []);
    });
    return {};
  };
}
