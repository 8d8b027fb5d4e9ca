import type { GetCapacityProviderRequest, GetCapacityProviderResponse } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { capacityProviderNotFound, isMachine, machineProvider } from './capacity-provider.ts';

export function getCapacityProvider(
  deps: LambdaDependencies,
): OperationHandler<GetCapacityProviderRequest, GetCapacityProviderResponse> {
  return (input, context) => {
    const name = input.CapacityProviderName ?? '';
    if (!isMachine(name, context)) throw capacityProviderNotFound(name, context);
    return { CapacityProvider: machineProvider(context, deps.machineArchitecture) };
  };
}
