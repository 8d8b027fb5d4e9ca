import type { DeleteRetentionPolicyRequest } from '@aws-sdk/client-cloudwatch-logs';
import type { OperationHandler } from '../../aws/service.ts';
import { groupOf } from './log-names.ts';
import type { LogsDependencies } from './logs-dependencies.ts';
import { setRetention } from './retention.ts';

export function deleteRetentionPolicy(
  deps: LogsDependencies,
): OperationHandler<DeleteRetentionPolicyRequest, Record<string, never>> {
  return async (input, context) => {
    await setRetention(deps, groupOf(input, context), null);
    return {};
  };
}
