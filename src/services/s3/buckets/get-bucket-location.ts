import type {
  BucketLocationConstraint,
  GetBucketLocationOutput,
  GetBucketLocationRequest,
} from '@aws-sdk/client-s3';
import type { OperationHandler } from '../../../aws/service.ts';
import { admit } from '../permissions/bucket-access.ts';
import type { S3Dependencies } from '../s3-dependencies.ts';

/** The Region of a bucket; none at all is us-east-1. */
export function getBucketLocation(
  deps: S3Dependencies,
): OperationHandler<GetBucketLocationRequest, GetBucketLocationOutput> {
  return async (input, context) => {
    const { region } = await admit(deps, input, context, 'GetBucketLocation');
    return region === 'us-east-1' ? {} : { LocationConstraint: region as BucketLocationConstraint };
  };
}
