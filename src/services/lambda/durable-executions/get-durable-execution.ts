import type { GetDurableExecutionRequest } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { executionNotFound } from './unknown-execution.ts';

export function getDurableExecution(): OperationHandler<GetDurableExecutionRequest, never> {
  return () => {
    throw executionNotFound();
  };
}
