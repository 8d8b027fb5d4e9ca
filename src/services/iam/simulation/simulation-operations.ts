import type { ServiceDefinition } from '../../../aws/service.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { simulateCustomPolicy } from './simulate-custom-policy.ts';
import { simulatePrincipalPolicy } from './simulate-principal-policy.ts';

export function simulationOperations(deps: IamDependencies): ServiceDefinition['operations'] {
  return {
    SimulateCustomPolicy: simulateCustomPolicy(),
    SimulatePrincipalPolicy: simulatePrincipalPolicy(deps),
  };
}
