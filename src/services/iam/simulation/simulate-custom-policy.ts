import type { SimulateCustomPolicyRequest, SimulatePolicyResponse } from '@aws-sdk/client-iam';
import type { OperationHandler } from '../../../aws/service.ts';
import { simulate, sourcePolicies } from './simulate.ts';
import { simulatedPrincipal } from './simulated-principal.ts';
import { simulationAnswer } from './simulation-answer.ts';

export function simulateCustomPolicy(): OperationHandler<
  SimulateCustomPolicyRequest,
  SimulatePolicyResponse
> {
  return (input, { accountId }) => {
    const [resource] = sourcePolicies(
      'ResourcePolicy',
      input.ResourcePolicy === undefined ? [] : [input.ResourcePolicy],
      'resource',
    );
    const simulation = {
      principal: simulatedPrincipal(input.CallerArn ?? `arn:aws:iam::${accountId}:user/simulated`),
      identity: sourcePolicies('PolicyInputList', input.PolicyInputList),
      boundary: sourcePolicies(
        'PermissionsBoundaryPolicyInputList',
        input.PermissionsBoundaryPolicyInputList,
      ),
      resource,
    };
    return simulationAnswer(simulate(simulation, input), input);
  };
}
