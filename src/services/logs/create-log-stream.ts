import type { CreateLogStreamRequest } from '@aws-sdk/client-cloudwatch-logs';
import type { OperationHandler } from '../../aws/service.ts';
import { streamExists } from './log-errors.ts';
import { groupOf } from './log-names.ts';
import { requireGroup } from './log-rows.ts';
import type { LogsDependencies } from './logs-dependencies.ts';

export function createLogStream(
  deps: LogsDependencies,
): OperationHandler<CreateLogStreamRequest, Record<string, never>> {
  return async (input, context) => {
    const group = groupOf(input, context);
    await deps.store.write(async (tx) => {
      await requireGroup(tx, group);
      const created = await tx
        .insertInto('log_streams')
        .values({
          account_id: group.accountId,
          region: group.region,
          group_name: group.name,
          name: input.logStreamName ?? '',
          created_at_ms: deps.clock.now(),
          directory: deps.segments.newDirectory(),
        })
        .onConflict((conflict) => conflict.doNothing())
        .returning('name')
        .executeTakeFirst();
      if (created === undefined) throw streamExists();
    });
    return {};
  };
}
