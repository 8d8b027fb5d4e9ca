import type { DeleteLogStreamRequest } from '@aws-sdk/client-cloudwatch-logs';
import type { OperationHandler } from '../../aws/service.ts';
import { streamNotFound } from './log-errors.ts';
import { groupOf } from './log-names.ts';
import { functionStreamsCreated, requireGroup } from './log-rows.ts';
import type { LogsDependencies } from './logs-dependencies.ts';

export function deleteLogStream(
  deps: LogsDependencies,
): OperationHandler<DeleteLogStreamRequest, Record<string, never>> {
  return async (input, context) => {
    await functionStreamsCreated(deps);
    const group = groupOf(input, context);
    const directory = await deps.store.write(async (tx) => {
      await requireGroup(tx, group);
      const deleted = await tx
        .deleteFrom('log_streams')
        .where('account_id', '=', group.accountId)
        .where('region', '=', group.region)
        .where('group_name', '=', group.name)
        .where('name', '=', input.logStreamName ?? '')
        .returning('directory')
        .executeTakeFirst();
      if (deleted === undefined) throw streamNotFound();
      return deleted.directory;
    });
    await deps.segments.remove([directory]);
    return {};
  };
}
