import type { CapacityProvider } from '@aws-sdk/client-lambda';
import type { Caller } from '../../../model/function-reference.ts';
import { resourceNotFound } from '../../../model/lambda-errors.ts';
import { partitionOf } from '../../../model/stored-function.ts';

/** Name of the only capacity provider there is: this machine. */
const MACHINE = 'machine';

export function machineProviderArn({ accountId, region }: Caller): string {
  return `arn:${partitionOf(region)}:lambda:${region}:${accountId}:capacity-provider:${MACHINE}`;
}

/** Whether a name or ARN means this machine. */
export function isMachine(nameOrArn: string, caller: Caller): boolean {
  return nameOrArn === MACHINE || nameOrArn === machineProviderArn(caller);
}

/** This machine as the API shows it: it has no network, role or instance types of AWS's. */
export function machineProvider(caller: Caller, architecture: 'x86_64' | 'arm64'): CapacityProvider {
  return {
    CapacityProviderArn: machineProviderArn(caller),
    State: 'Active',
    VpcConfig: { SubnetIds: [], SecurityGroupIds: [] },
    PermissionsConfig: { CapacityProviderOperatorRoleArn: '' },
    InstanceRequirements: { Architectures: [architecture] },
  };
}

/**
 * 404 for a capacity provider, named by its name or ARN: nothing here makes others than the machine's.
 * @param name as the wire layer has checked it
 */
export function capacityProviderNotFound(name: string, { accountId, region }: Caller): Error {
  const arn = `arn:${partitionOf(region)}:lambda:${region}:${accountId}:capacity-provider:${name}`;
  return resourceNotFound(`Capacity provider not found: ${name.startsWith('arn:') ? name : arn}`);
}
