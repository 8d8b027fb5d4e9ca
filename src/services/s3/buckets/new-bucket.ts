import type { CreateBucketRequest } from '@aws-sdk/client-s3';
import type { RequestContext } from '../../../aws/service.ts';
import { ServiceError } from '../../../model/service-error.ts';
import { headerList, namesList } from '../lists/given-list.ts';
import { isOwnersOnly, isPublic } from '../lists/grants.ts';
import { checkOwnership, listInTheWay } from '../lists/ownership.ts';
import { invalidArgument, notBuilt } from '../s3-errors.ts';
import { readTags } from '../settings/bucket-tags.ts';
import { type BucketSettings, canonicalUserId } from './stored-bucket.ts';

const REGION = /^[a-z]{2}(?:-[a-z]+)+-\d$/;

interface NewBucket {
  readonly region: string;
  readonly settings: BucketSettings;
}

/** What CreateBucket asks for beside the name. @throws IllegalLocationConstraintException, InvalidLocationConstraint, NotImplemented */
export function checkNewBucket(input: CreateBucketRequest, context: RequestContext): NewBucket {
  if (input.ObjectLockEnabledForBucket === true)
    throw notBuilt('x-amz-bucket-object-lock-enabled', 'object lock');
  if (input.BucketNamespace !== undefined && input.BucketNamespace !== 'global')
    throw notBuilt('x-amz-bucket-namespace', 'names of buckets that are of one account and Region');
  const { Bucket: directory, Location: location } = input.CreateBucketConfiguration ?? {};
  if (directory !== undefined || location !== undefined) throw notBuilt('Bucket', 'directory buckets');
  const { Tags: tagSet = [] } = input.CreateBucketConfiguration ?? {};
  const settings = {
    ...ownershipSettings(input, context),
    ...(tagSet.length > 0 && { tags: readTags({ Bucket: input.Bucket, Tagging: { TagSet: tagSet } }) }),
  };
  return { region: regionOf(input, context), settings };
}

/** Without other ownership a bucket has no access control list; with it none that lets anybody in, since new buckets block that. */
function ownershipSettings(input: CreateBucketRequest, { accountId }: RequestContext): BucketSettings {
  const { ObjectOwnership: given = 'BucketOwnerEnforced' } = input;
  const ownership = checkOwnership(given);
  if (ownership === undefined) throw invalidArgument('', 'x-amz-object-ownership', given);
  if (ownership === 'BucketOwnerEnforced') {
    if (namesList(input) && input.ACL !== 'private') throw listInTheWay();
    return {};
  }
  const ownerId = canonicalUserId(accountId);
  // Of objects only: a bucket has nobody else to be given to.
  const isForObjects = input.ACL?.startsWith('bucket-owner-') === true;
  const grants = isForObjects ? undefined : headerList(input, { ownerId });
  if (grants === undefined || isOwnersOnly(grants, ownerId)) return { ownership };
  if (!isPublic(grants)) return { ownership, acl: grants };
  throw new ServiceError(
    'InvalidBucketAclWithBlockPublicAccessError',
    'Bucket cannot have public ACLs set with BlockPublicAccess enabled',
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
