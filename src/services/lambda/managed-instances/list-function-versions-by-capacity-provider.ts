import type {
  ListFunctionVersionsByCapacityProviderRequest,
  ListFunctionVersionsByCapacityProviderResponse,
} from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { markerAfter, readMarker } from '../list-marker.ts';
import { capacityProviderNotFound, isMachine, machineProviderArn } from './capacity-provider.ts';
import { versionsOnMachine } from './versions-on-machine.ts';

const LARGEST_PAGE = 50;

export function listFunctionVersionsByCapacityProvider(
  deps: LambdaDependencies,
): OperationHandler<
  ListFunctionVersionsByCapacityProviderRequest,
  ListFunctionVersionsByCapacityProviderResponse
> {
  return async (input, context) => {
    const [after] = readMarker(input.Marker);
    const name = input.CapacityProviderName ?? '';
    if (!isMachine(name, context)) throw capacityProviderNotFound(name, context);
    const all = await versionsOnMachine(deps.store.db, context);
    const versions = all.filter(({ FunctionArn }) => FunctionArn > after);
    const page = versions.slice(0, input.MaxItems ?? LARGEST_PAGE);
    const last = page.at(-1);
    return {
      CapacityProviderArn: machineProviderArn(context),
      FunctionVersions: page,
      ...(versions.length > page.length && last && { NextMarker: markerAfter(last.FunctionArn, '') }),
    };
  };
}
