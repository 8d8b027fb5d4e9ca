import type { Owner } from '@aws-sdk/client-s3';
import { canonicalUserId, type StoredBucket } from '../buckets/stored-bucket.ts';
import type { ObjectAccess, ObjectDetails } from '../objects/stored-object.ts';
import { ownersGrants } from './grants.ts';
import { hasLists } from './ownership.ts';

interface WithDetails {
  readonly details: ObjectDetails;
}

/** Whose an object is, and whom its list lets in. Without lists it is the bucket owner's, whatever it was before. */
export function objectAccess(bucket: StoredBucket, { details }: WithDetails): ObjectAccess {
  const ownerId = canonicalUserId(bucket.accountId);
  return (hasLists(bucket) ? details.access : undefined) ?? { ownerId, grants: ownersGrants(ownerId) };
}

/** Names the owners of a bucket's objects, in lists of many. */
export function ownersIn(bucket: StoredBucket): (object: WithDetails) => Owner {
  const own = { ID: canonicalUserId(bucket.accountId) };
  if (!hasLists(bucket)) return () => own;
  return ({ details }) => (details.access === undefined ? own : { ID: details.access.ownerId });
}
