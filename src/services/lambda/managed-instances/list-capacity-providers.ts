import type { ListCapacityProvidersRequest, ListCapacityProvidersResponse } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { readMarker } from '../list-marker.ts';

export function listCapacityProviders(): OperationHandler<
  ListCapacityProvidersRequest,
  ListCapacityProvidersResponse
> {
  return (input) => {
    readMarker(input.Marker);
    return { CapacityProviders: [] };
  };
}
