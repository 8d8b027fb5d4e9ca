import type { GetDurableExecutionHistoryRequest } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { readMarker } from '../list-marker.ts';
import { executionNotFound } from './unknown-execution.ts';

export function getDurableExecutionHistory(): OperationHandler<GetDurableExecutionHistoryRequest, never> {
  return (input) => {
    readMarker(input.Marker);
    throw executionNotFound();
  };
}
