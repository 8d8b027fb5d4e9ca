import type { CreateTableInput, UpdateTableInput } from '@aws-sdk/client-dynamodb';
import { validation } from '../dynamodb-errors.ts';

/** Throws ValidationException for what would be kept without effect. */
export function refuseUnbuiltOfIndex(index: { readonly WarmThroughput?: object | undefined }): void {
  if (index.WarmThroughput !== undefined) throw notBuilt('WarmThroughput');
}

/** Throws ValidationException for what would be kept without effect. */
export function refuseUnbuilt(input: Partial<CreateTableInput & UpdateTableInput>): void {
  const unbuilt = [
    ['SSESpecification', input.SSESpecification?.Enabled === true],
    ['ReplicaUpdates', (input.ReplicaUpdates?.length ?? 0) > 0],
    ['WarmThroughput', input.WarmThroughput !== undefined],
    ['GlobalTableSourceArn', input.GlobalTableSourceArn !== undefined],
    ['GlobalTableSettingsReplicationMode', input.GlobalTableSettingsReplicationMode !== undefined],
    ['ResourcePolicy', input.ResourcePolicy !== undefined],
    ['MultiRegionConsistency', input.MultiRegionConsistency !== undefined],
    ['GlobalTableWitnessUpdates', (input.GlobalTableWitnessUpdates?.length ?? 0) > 0],
  ] as const;
  const first = unbuilt.find(([, isGiven]) => isGiven);
  if (first !== undefined) throw notBuilt(first[0]);
}

export function notBuilt(what: string): Error {
  return validation(`${what} is not implemented by Lambent yet.`);
}
