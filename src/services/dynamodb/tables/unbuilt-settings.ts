import type { CreateTableInput, UpdateTableInput } from '@aws-sdk/client-dynamodb';
import { validation } from '../dynamodb-errors.ts';

/** Throws ValidationException for what would be kept without effect. */
export function refuseUnbuilt(input: Partial<CreateTableInput & UpdateTableInput>): void {
  const unbuilt = [
    ['SSESpecification', input.SSESpecification?.Enabled === true],
    ['TableClass STANDARD_INFREQUENT_ACCESS', input.TableClass === 'STANDARD_INFREQUENT_ACCESS'],
    ['ReplicaUpdates', (input.ReplicaUpdates?.length ?? 0) > 0],
    ['OnDemandThroughput', input.OnDemandThroughput !== undefined],
    ['WarmThroughput', input.WarmThroughput !== undefined],
    ['ResourcePolicy', input.ResourcePolicy !== undefined],
    ['MultiRegionConsistency', input.MultiRegionConsistency !== undefined],
    ['GlobalTableWitnessUpdates', (input.GlobalTableWitnessUpdates?.length ?? 0) > 0],
  ] as const;
  const first = unbuilt.find(([, isGiven]) => isGiven);
  if (first !== undefined) throw validation(`${first[0]} is not implemented by Lambent yet.`);
}
