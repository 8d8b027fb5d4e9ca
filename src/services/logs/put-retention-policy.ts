import type { PutRetentionPolicyRequest } from '@aws-sdk/client-cloudwatch-logs';
import type { OperationHandler } from '../../aws/service.ts';
import { invalidParameter } from './log-errors.ts';
import { groupOf } from './log-names.ts';
import type { LogsDependencies } from './logs-dependencies.ts';
import { setRetention } from './retention.ts';

const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

export function putRetentionPolicy(
  deps: LogsDependencies,
): OperationHandler<PutRetentionPolicyRequest, Record<string, never>> {
  return async (input, context) => {
    const days = input.retentionInDays ?? 0;
    if (!RETENTION_DAYS.includes(days)) {
      throw invalidParameter(
        `1 validation error detected: Value '${days}' at 'retentionInDays' failed to satisfy constraint: ` +
          `Member must satisfy enum value set: [${RETENTION_DAYS.join(', ')}]`,
      );
    }
    await setRetention(deps, groupOf(input, context), days);
    return {};
  };
}
