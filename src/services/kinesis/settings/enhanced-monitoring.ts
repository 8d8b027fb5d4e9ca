import type {
  DisableEnhancedMonitoringInput,
  EnableEnhancedMonitoringInput,
  EnhancedMonitoringOutput,
} from '@aws-sdk/client-kinesis';
import type { OperationHandler } from '../../../aws/service.ts';
import type { KinesisDependencies } from '../kinesis-dependencies.ts';
import { notBuilt } from '../kinesis-errors.ts';
import { admit } from '../permissions/stream-access.ts';

/** There are no metrics yet that it could add to. */
export function enableEnhancedMonitoring(
  deps: KinesisDependencies,
): OperationHandler<EnableEnhancedMonitoringInput, EnhancedMonitoringOutput> {
  return async (input, context) => {
    await admit(deps, input, context, 'EnableEnhancedMonitoring');
    throw notBuilt('shard-level metrics');
  };
}

/** None are enabled, and none are afterwards. */
export function disableEnhancedMonitoring(
  deps: KinesisDependencies,
): OperationHandler<DisableEnhancedMonitoringInput, EnhancedMonitoringOutput> {
  return async (input, context) => {
    const { name, arn } = await admit(deps, input, context, 'DisableEnhancedMonitoring');
    return { StreamName: name, StreamARN: arn, CurrentShardLevelMetrics: [], DesiredShardLevelMetrics: [] };
  };
}
