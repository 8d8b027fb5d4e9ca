import type { SnapStart } from '@aws-sdk/client-lambda';
import { invalidParameterValue, notImplementedYet } from '../../../model/lambda-errors.ts';
import { hasSnapStart, type StoredFunction } from '../../../model/stored-function.ts';
import { refuseTenants } from './tenancy-setting.ts';
import { refuseManaged } from '../managed-instances/managed-function.ts';

const MOST_STORAGE_MB = 512;

/** @param before what the function has, for a request that does not say */
export function snapStartSetting(
  input: SnapStart | undefined,
  before?: StoredFunction['snapStart'],
): StoredFunction['snapStart'] {
  if (input?.ApplyOn === undefined) return before;
  return input.ApplyOn === 'PublishedVersions' ? 'PublishedVersions' : undefined;
}

/** Throws 400 for a function whose environments Lambda does not restore; and for .NET, whose hooks our bootstrap would not run. */
export function checkSnapStart(
  stored: Pick<StoredFunction, 'ephemeralStorageMb' | 'managed' | 'runtime' | 'tenancy'> & {
    readonly snapStart?: StoredFunction['snapStart'] | undefined;
  },
): void {
  if (stored.snapStart === undefined) return;
  if (!canSnapStart(stored.runtime)) {
    throw invalidParameterValue(`${stored.runtime} is not supported for SnapStart enabled functions.`);
  }
  if (stored.runtime.startsWith('dotnet')) throw notImplementedYet(`SnapStart of ${stored.runtime}`);
  refuseManaged(stored, 'SnapStart');
  refuseTenants(stored, 'SnapStart');
  if (stored.ephemeralStorageMb > MOST_STORAGE_MB) {
    throw invalidParameterValue(
      `Ephemeral storage greater than ${MOST_STORAGE_MB} MB is not supported for SnapStart enabled functions.`,
    );
  }
}

/** Throws 400 where environments of a version would be kept ready in two ways at once. */
export function refuseProvisioned(versions: readonly StoredFunction[]): void {
  if (!versions.some(hasSnapStart)) return;
  throw invalidParameterValue('Provisioned concurrency is not supported for SnapStart enabled functions.');
}

/** Java from 11, Python from 3.12, .NET from 8. */
function canSnapStart(runtime: string): boolean {
  const [, family, version] = /^(java|python3\.|dotnet)(\d+)/.exec(runtime) ?? [];
  if (family === 'java') return Number(version) >= 11;
  if (family === 'python3.') return Number(version) >= 12;
  return family === 'dotnet' && Number(version) >= 8;
}
