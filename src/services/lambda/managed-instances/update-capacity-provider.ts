import type { UpdateCapacityProviderRequest } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { capacityProviderNotFound } from './capacity-provider.ts';

export function updateCapacityProvider(): OperationHandler<UpdateCapacityProviderRequest, never> {
  return (input, context) => {
    throw capacityProviderNotFound(input.CapacityProviderName ?? '', context);
  };
}
