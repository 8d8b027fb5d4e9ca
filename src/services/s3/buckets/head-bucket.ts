import type { HeadBucketOutput, HeadBucketRequest } from '@aws-sdk/client-s3';
import type { OperationHandler } from '../../../aws/service.ts';
import { admit } from '../permissions/bucket-access.ts';
import type { S3Dependencies } from '../s3-dependencies.ts';

export function headBucket(deps: S3Dependencies): OperationHandler<HeadBucketRequest, HeadBucketOutput> {
  return async (input, context) => {
    const { region } = await admit(deps, input, context, 'ListBucket');
    return { BucketRegion: region, AccessPointAlias: false };
  };
}
