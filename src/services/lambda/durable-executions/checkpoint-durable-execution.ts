import type { CheckpointDurableExecutionRequest } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { unknownCheckpointToken } from './unknown-execution.ts';

export function checkpointDurableExecution(): OperationHandler<CheckpointDurableExecutionRequest, never> {
  return () => {
    throw unknownCheckpointToken();
  };
}
