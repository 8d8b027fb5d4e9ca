import type { CreateTableInput, UpdateTableInput } from '@aws-sdk/client-dynamodb';
import { validation } from '../dynamodb-errors.ts';

/** Throws ValidationException for what would be kept without effect. */
export function refuseUnbuiltOfIndex(index: { readonly WarmThroughput?: object | undefined }): void {
  if (index.WarmThroughput !== undefined) throw notBuilt('WarmThroughput');
}

/** Throws ValidationException for what would be kept without effect. */
export function refuseUnbuilt(input: Partial<CreateTableInput & UpdateTableInput>): void {
  const unbuilt = [
    ['SSESpecification', asksForKey(input.SSESpecification)],
    ['ReplicaUpdates', (input.ReplicaUpdates?.length ?? 0) > 0],
    ['WarmThroughput', input.WarmThroughput !== undefined],
    ['GlobalTableSourceArn', input.GlobalTableSourceArn !== undefined],
    ['GlobalTableSettingsReplicationMode', input.GlobalTableSettingsReplicationMode !== undefined],
    ['ResourcePolicy', input.ResourcePolicy !== undefined],
    ['MultiRegionConsistency', input.MultiRegionConsistency !== undefined],
    ['GlobalTableWitnessUpdates', (input.GlobalTableWitnessUpdates?.length ?? 0) > 0],
    ['DisassociationProtectionEnabled', input.DisassociationProtectionEnabled === true],
    ['VectorIndexes', input.VectorIndexes !== undefined],
    ['VectorIndexUpdates', input.VectorIndexUpdates !== undefined],
  ] as const;
  const first = unbuilt.find(([, isGiven]) => isGiven);
  if (first !== undefined) throw notBuilt(first[0]);
}

/** Switched off it is what every table has. */
function asksForKey(given: CreateTableInput['SSESpecification']): boolean {
  return given?.Enabled === true || given?.SSEType !== undefined || given?.KMSMasterKeyId !== undefined;
}

export function notBuilt(what: string): Error {
  return validation(`${what} is not implemented by Lambent yet.`);
}
