import type { DeleteLogGroupRequest } from '@aws-sdk/client-cloudwatch-logs';
import type { OperationHandler } from '../../aws/service.ts';
import { groupNotFound } from './log-errors.ts';
import { groupArn, groupOf } from './log-names.ts';
import { functionStreamsCreated, groupChange } from './log-rows.ts';
import { removeAllTags } from './log-tags.ts';
import type { LogsDependencies } from './logs-dependencies.ts';

/** Removes the group, its streams and their events. An environment that still writes makes the group anew. */
export function deleteLogGroup(
  deps: LogsDependencies,
): OperationHandler<DeleteLogGroupRequest, Record<string, never>> {
  return async (input, context) => {
    await functionStreamsCreated(deps);
    const group = groupOf(input, context);
    const streams = await deps.store.write(async (tx, announce) => {
      const deleted = await tx
        .deleteFrom('log_groups')
        .where('account_id', '=', group.accountId)
        .where('region', '=', group.region)
        .where('name', '=', group.name)
        .returning('name')
        .executeTakeFirst();
      if (deleted === undefined) throw groupNotFound();
      await removeAllTags(tx, groupArn(group));
      announce(groupChange(group));
      return tx
        .deleteFrom('log_streams')
        .where('account_id', '=', group.accountId)
        .where('region', '=', group.region)
        .where('group_name', '=', group.name)
        .returning('directory')
        .execute();
    });
    await deps.segments.remove(streams.map((stream) => stream.directory));
    return {};
  };
}
