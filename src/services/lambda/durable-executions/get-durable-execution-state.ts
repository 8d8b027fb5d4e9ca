import type { GetDurableExecutionStateRequest } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { readMarker } from '../list-marker.ts';
import { unknownCheckpointToken } from './unknown-execution.ts';

export function getDurableExecutionState(): OperationHandler<GetDurableExecutionStateRequest, never> {
  return (input) => {
    readMarker(input.Marker);
    throw unknownCheckpointToken();
  };
}
