import type { StopDurableExecutionRequest } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { executionNotFound } from './unknown-execution.ts';

export function stopDurableExecution(): OperationHandler<StopDurableExecutionRequest, never> {
  return () => {
    throw executionNotFound();
  };
}
