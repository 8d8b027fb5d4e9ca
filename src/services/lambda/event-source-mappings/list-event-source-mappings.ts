import type { ListEventSourceMappingsRequest, ListEventSourceMappingsResponse } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { parseFunctionReference } from '../../../model/function-reference.ts';
import { readMarker } from '../list-marker.ts';

/**
 * Lists nothing: none can be created yet. A function that is not there is no error, since mappings outlive their
 * function.
 */
export function listEventSourceMappings(): OperationHandler<
  ListEventSourceMappingsRequest,
  ListEventSourceMappingsResponse
> {
  return (input, context) => {
    if (input.FunctionName !== undefined) parseFunctionReference(input.FunctionName, undefined, context);
    readMarker(input.Marker);
    return { EventSourceMappings: [] };
  };
}
