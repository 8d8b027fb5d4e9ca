import type { ServiceDefinition } from '../../../aws/service.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { createCapacityProvider } from './create-capacity-provider.ts';
import { deleteCapacityProvider } from './delete-capacity-provider.ts';
import { getCapacityProvider } from './get-capacity-provider.ts';
import { getFunctionScalingConfig } from './get-function-scaling-config.ts';
import { listCapacityProviders } from './list-capacity-providers.ts';
import { listFunctionVersionsByCapacityProvider } from './list-function-versions-by-capacity-provider.ts';
import { putFunctionScalingConfig } from './put-function-scaling-config.ts';
import { updateCapacityProvider } from './update-capacity-provider.ts';

/** Lambda Managed Instances: the machine is the only capacity provider, and no other can be made yet. */
export function managedInstanceOperations(deps: LambdaDependencies): ServiceDefinition['operations'] {
  return {
    CreateCapacityProvider: createCapacityProvider(),
    DeleteCapacityProvider: deleteCapacityProvider(deps),
    GetCapacityProvider: getCapacityProvider(deps),
    GetFunctionScalingConfig: getFunctionScalingConfig(deps),
    ListCapacityProviders: listCapacityProviders(deps),
    ListFunctionVersionsByCapacityProvider: listFunctionVersionsByCapacityProvider(deps),
    PutFunctionScalingConfig: putFunctionScalingConfig(deps),
    UpdateCapacityProvider: updateCapacityProvider(),
  };
}
