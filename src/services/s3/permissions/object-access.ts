import type { RequestContext } from '../../../aws/service.ts';
import { canonicalUserId, type StoredBucket } from '../buckets/stored-bucket.ts';
import { isGrantedByObject } from '../lists/granted.ts';
import { objectAccess } from '../lists/object-owner.ts';
import { hasLists, ignoresPublicLists } from '../lists/ownership.ts';
import { checkVersionId } from '../objects/object-key.ts';
import { findVersion } from '../objects/object-rows.ts';
import { accessDenied } from '../s3-errors.ts';
import { type AccessDependencies, admitAny, denialOf, judge, type Named } from './bucket-access.ts';
import { type Keys, requestFacts } from './condition-keys.ts';

/**
 * The bucket of an object, if its caller may do this with the object: by policies, or by the object's list. What belongs
 * to somebody else than the bucket's owner is opened by its list alone. @throws NoSuchBucket, AccessDenied
 */
export async function admitToObject(
  deps: AccessDependencies,
  named: Named,
  context: RequestContext,
  action: string,
  keys: Keys = {},
): Promise<StoredBucket> {
  const bucket = await admitAny(deps, named);
  const all = { ...requestFacts(named, context), ...keys };
  const { principal, denial } = judge(deps, bucket, named.Key, context, action, all);
  if (!hasLists(bucket)) {
    if (denial === undefined) return bucket;
    throw accessDenied(denial.message);
  }
  if (denial?.isFinal === true) throw accessDenied(denial.message);
  const name = { bucket: bucket.name, key: named.Key ?? '' };
  const object = await findVersion(deps.store.db, name, checkVersionId(named.VersionId));
  if (object === undefined || object.isDeleteMarker) {
    // Who may list the bucket may know that there is nothing.
    const mayKnow =
      denial === undefined || denialOf(deps, bucket, undefined, context, 'ListBucket') === undefined;
    if (mayKnow) return bucket;
    throw accessDenied(denial.message);
  }
  const { ownerId, grants } = objectAccess(bucket, object);
  if (denial === undefined && ownerId === canonicalUserId(bucket.accountId)) return bucket;
  const ignoresPublic = ignoresPublicLists(bucket);
  if (isGrantedByObject({ grants, principal, action, ignoresPublic })) return bucket;
  throw accessDenied(denial?.message);
}
