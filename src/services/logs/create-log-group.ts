import type { CreateLogGroupRequest } from '@aws-sdk/client-cloudwatch-logs';
import type { OperationHandler } from '../../aws/service.ts';
import { groupExists, notBuilt } from './log-errors.ts';
import { groupArn, groupOf } from './log-names.ts';
import { groupChange } from './log-rows.ts';
import { addTags } from './log-tags.ts';
import type { LogsDependencies } from './logs-dependencies.ts';

export function createLogGroup(
  deps: LogsDependencies,
): OperationHandler<CreateLogGroupRequest, Record<string, never>> {
  return async (input, context) => {
    refuseUnbuilt(input);
    const group = groupOf(input, context);
    await deps.store.write(async (tx, announce) => {
      const created = await tx
        .insertInto('log_groups')
        .values({
          account_id: group.accountId,
          region: group.region,
          name: group.name,
          created_at_ms: deps.clock.now(),
          retention_days: null,
        })
        .onConflict((conflict) => conflict.doNothing())
        .returning('name')
        .executeTakeFirst();
      if (created === undefined) throw groupExists();
      await addTags(tx, groupArn(group), input.tags ?? {});
      announce(groupChange(group, { ...group, retentionDays: null }));
    });
    return {};
  };
}

/** What would change how the group behaves must not be accepted and forgotten. */
function refuseUnbuilt(input: CreateLogGroupRequest): void {
  if (input.kmsKeyId !== undefined) throw notBuilt('kmsKeyId');
  if (input.deletionProtectionEnabled === true) throw notBuilt('deletionProtectionEnabled');
  if (input.logGroupClass !== undefined && input.logGroupClass !== 'STANDARD') {
    throw notBuilt(`log class ${input.logGroupClass}`);
  }
}
