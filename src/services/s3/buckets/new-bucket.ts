import type { CreateBucketRequest } from '@aws-sdk/client-s3';
import type { RequestContext } from '../../../aws/service.ts';
import { ServiceError } from '../../../model/service-error.ts';
import { notBuilt } from '../s3-errors.ts';
import { readTags } from '../settings/bucket-tags.ts';
import type { BucketSettings } from './stored-bucket.ts';

const REGION = /^[a-z]{2}(?:-[a-z]+)+-\d$/;

interface NewBucket {
  readonly region: string;
  readonly settings: BucketSettings;
}

/** What CreateBucket asks for beside the name. @throws IllegalLocationConstraintException, InvalidLocationConstraint, NotImplemented */
export function checkNewBucket(input: CreateBucketRequest, context: RequestContext): NewBucket {
  if (input.ObjectLockEnabledForBucket === true)
    throw notBuilt('x-amz-bucket-object-lock-enabled', 'object lock');
  const { Bucket: directory, Location: location } = input.CreateBucketConfiguration ?? {};
  if (directory !== undefined || location !== undefined) throw notBuilt('Bucket', 'directory buckets');
  checkOwnership(input);
  const { Tags: tagSet = [] } = input.CreateBucketConfiguration ?? {};
  const settings =
    tagSet.length === 0 ? {} : { tags: readTags({ Bucket: input.Bucket, Tagging: { TagSet: tagSet } }) };
  return { region: regionOf(input, context), settings };
}

/** Buckets have no access control lists, because their owner owns everything in them. */
function checkOwnership(input: CreateBucketRequest): void {
  const { ObjectOwnership: ownership = 'BucketOwnerEnforced', ACL: acl = 'private' } = input;
  if (ownership !== 'BucketOwnerEnforced')
    throw notBuilt(
      'x-amz-object-ownership',
      'access control lists: ownership other than BucketOwnerEnforced',
    );
  const grants = [
    input.GrantFullControl,
    input.GrantRead,
    input.GrantReadACP,
    input.GrantWrite,
    input.GrantWriteACP,
  ];
  if (acl === 'private' && grants.every((grant) => grant === undefined)) return;
  throw new ServiceError(
    'InvalidBucketAclWithObjectOwnership',
    "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
  );
}

function regionOf({ CreateBucketConfiguration }: CreateBucketRequest, { region }: RequestContext): string {
  const given: string | undefined = CreateBucketConfiguration?.LocationConstraint || undefined;
  const wanted = given === 'EU' ? 'eu-west-1' : given;
  if (wanted !== undefined && (wanted === 'us-east-1' || !REGION.test(wanted))) {
    throw new ServiceError(
      'InvalidLocationConstraint',
      'The specified location-constraint is not valid',
      400,
      {
        LocationConstraint: given,
      },
    );
  }
  // The oldest endpoint is the only one that makes buckets elsewhere.
  if (region === 'us-east-1' || wanted === region) return wanted ?? region;
  throw new ServiceError(
    'IllegalLocationConstraintException',
    `The ${wanted ?? 'unspecified'} location constraint is incompatible for the region specific endpoint this request was sent to.`,
  );
}
