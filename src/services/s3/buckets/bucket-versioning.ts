import type {
  GetBucketVersioningOutput,
  GetBucketVersioningRequest,
  PutBucketVersioningRequest,
} from '@aws-sdk/client-s3';
import type { OperationHandler } from '../../../aws/service.ts';
import { admit } from '../permissions/bucket-access.ts';
import type { S3Dependencies } from '../s3-dependencies.ts';
import { malformedXml, notBuilt } from '../s3-errors.ts';
import { lockBucket } from './bucket-rows.ts';

export function putBucketVersioning(
  deps: S3Dependencies,
): OperationHandler<PutBucketVersioningRequest, object> {
  return async (input, context) => {
    const { name } = await admit(deps, input, context, 'PutBucketVersioning');
    const { Status: status, MFADelete } = input.VersioningConfiguration ?? {};
    if (MFADelete === 'Enabled' || input.MFA !== undefined) {
      throw notBuilt('x-amz-mfa', 'deletion with multi-factor authentication');
    }
    if (status !== 'Enabled' && status !== 'Suspended') throw malformedXml();
    await deps.store.write(async (tx) => {
      await lockBucket(deps.store, tx, name);
      await tx.updateTable('s3_buckets').set({ versioning: status }).where('name', '=', name).execute();
    });
    return {};
  };
}

/** Nothing at all where versioning was never switched on. */
export function getBucketVersioning(
  deps: S3Dependencies,
): OperationHandler<GetBucketVersioningRequest, GetBucketVersioningOutput> {
  return async (input, context) => {
    const { versioning } = await admit(deps, input, context, 'GetBucketVersioning');
    return versioning === '' ? {} : { Status: versioning };
  };
}
