import type { GetBucketOwnershipControlsOutput, PutBucketOwnershipControlsRequest } from '@aws-sdk/client-s3';
import { ServiceError } from '../../../model/service-error.ts';
import { canonicalUserId, type StoredBucket } from '../buckets/stored-bucket.ts';
import { malformedXml } from '../s3-errors.ts';
import { publicAccessBlock } from '../settings/public-access.ts';
import { notSet } from '../settings/unset-settings.ts';
import { type Grants, isOwnersOnly, ownersGrants } from './grants.ts';

export type Ownership = 'BucketOwnerEnforced' | 'BucketOwnerPreferred' | 'ObjectWriter';

/** Stands for controls that were removed: who writes an object owns it, as ever before there were controls. */
export const NO_CONTROLS = 'none';

type WithSettings = Pick<StoredBucket, 'settings'>;

export function ownershipOf({ settings }: WithSettings): Ownership {
  const stored = settings['ownership'] as Ownership | typeof NO_CONTROLS | undefined;
  return stored === NO_CONTROLS ? 'ObjectWriter' : (stored ?? 'BucketOwnerEnforced');
}

/** Whether access control lists have a say in a bucket. */
export function hasLists(bucket: WithSettings): boolean {
  return ownershipOf(bucket) !== 'BucketOwnerEnforced';
}

/** A bucket's own list. */
export function bucketGrants(bucket: Pick<StoredBucket, 'settings' | 'accountId'>): Grants {
  const stored = hasLists(bucket) ? (bucket.settings['acl'] as Grants | undefined) : undefined;
  return stored ?? ownersGrants(canonicalUserId(bucket.accountId));
}

export function ignoresPublicLists({ settings }: WithSettings): boolean {
  return publicAccessBlock(settings)?.IgnorePublicAcls === true;
}

/** @throws MalformedXML, InvalidBucketAclWithObjectOwnership where the bucket's list lets others in */
export function readOwnership(
  { OwnershipControls: given }: PutBucketOwnershipControlsRequest,
  bucket: StoredBucket,
): unknown {
  const [rule, ...more] = given?.Rules ?? [];
  if (rule === undefined || more.length > 0) throw malformedXml();
  const ownership = checkOwnership(rule.ObjectOwnership) ?? malformed();
  if (ownership !== 'BucketOwnerEnforced') return ownership;
  if (!isOwnersOnly(bucketGrants(bucket), canonicalUserId(bucket.accountId))) throw listInTheWay();
  return undefined;
}

/** @returns undefined for what is none */
export function checkOwnership(text: string | undefined): Ownership | undefined {
  const known: readonly Ownership[] = ['BucketOwnerEnforced', 'BucketOwnerPreferred', 'ObjectWriter'];
  return known.find((each) => each === text);
}

export function writeOwnership(stored: unknown, bucket: StoredBucket): GetBucketOwnershipControlsOutput {
  if (stored === NO_CONTROLS) throw notSet('ownership', bucket.name);
  return { OwnershipControls: { Rules: [{ ObjectOwnership: ownershipOf(bucket) }] } };
}

export function listInTheWay(): ServiceError {
  return new ServiceError(
    'InvalidBucketAclWithObjectOwnership',
    "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
  );
}

function malformed(): never {
  throw malformedXml();
}
