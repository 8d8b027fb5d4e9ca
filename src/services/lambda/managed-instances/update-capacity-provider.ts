import type { UpdateCapacityProviderRequest } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { notImplementedYet } from '../../../model/lambda-errors.ts';
import { capacityProviderNotFound, isMachine } from './capacity-provider.ts';

export function updateCapacityProvider(): OperationHandler<UpdateCapacityProviderRequest, never> {
  return (input, context) => {
    const name = input.CapacityProviderName ?? '';
    if (!isMachine(name, context)) throw capacityProviderNotFound(name, context);
    throw notImplementedYet('UpdateCapacityProvider: another size for the machine');
  };
}
