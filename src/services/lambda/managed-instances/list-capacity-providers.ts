import type { ListCapacityProvidersRequest, ListCapacityProvidersResponse } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { readMarker } from '../list-marker.ts';
import { machineProvider } from './capacity-provider.ts';

/** The machine, which is all there is. */
export function listCapacityProviders(
  deps: LambdaDependencies,
): OperationHandler<ListCapacityProvidersRequest, ListCapacityProvidersResponse> {
  return (input, context) => {
    readMarker(input.Marker);
    const machine = machineProvider(context, deps.machineArchitecture);
    const isAsked = input.Marker === undefined && (input.State ?? machine.State) === machine.State;
    return { CapacityProviders: isAsked ? [machine] : [] };
  };
}
