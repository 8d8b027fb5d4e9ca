import type { ListFunctionVersionsByCapacityProviderRequest } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { readMarker } from '../list-marker.ts';
import { capacityProviderNotFound } from './capacity-provider.ts';

export function listFunctionVersionsByCapacityProvider(): OperationHandler<
  ListFunctionVersionsByCapacityProviderRequest,
  never
> {
  return (input, context) => {
    readMarker(input.Marker);
    throw capacityProviderNotFound(input.CapacityProviderName ?? '', context);
  };
}
