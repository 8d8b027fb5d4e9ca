import type { GetBucketOwnershipControlsOutput, PutBucketOwnershipControlsRequest } from '@aws-sdk/client-s3';
import type { StoredBucket } from '../buckets/stored-bucket.ts';
import { malformedXml, notBuilt } from '../s3-errors.ts';
import { notSet } from './unset-settings.ts';

/** Stands for controls that were removed. */
export const NO_CONTROLS = 'none';

/** The bucket's owner owns everything in it: the only ownership there is, and every new bucket's. */
export function readOwnership({ OwnershipControls: given }: PutBucketOwnershipControlsRequest): unknown {
  const [rule, ...more] = given?.Rules ?? [];
  if (rule === undefined || more.length > 0) throw malformedXml();
  const { ObjectOwnership: ownership } = rule;
  if (ownership === 'BucketOwnerEnforced') return undefined;
  if (ownership !== 'BucketOwnerPreferred' && ownership !== 'ObjectWriter') throw malformedXml();
  throw notBuilt('ObjectOwnership', 'access control lists: ownership other than BucketOwnerEnforced');
}

export function writeOwnership(stored: unknown, { name }: StoredBucket): GetBucketOwnershipControlsOutput {
  if (stored === NO_CONTROLS) throw notSet('ownership', name);
  return { OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] } };
}
