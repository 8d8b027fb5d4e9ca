import type { GetCapacityProviderRequest } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { capacityProviderNotFound } from './capacity-provider.ts';

export function getCapacityProvider(): OperationHandler<GetCapacityProviderRequest, never> {
  return (input, context) => {
    throw capacityProviderNotFound(input.CapacityProviderName ?? '', context);
  };
}
