import type { RequestContext } from '../../../aws/service.ts';
import { canonicalUserId, type StoredBucket } from '../buckets/stored-bucket.ts';
import type { ObjectAccess } from '../objects/stored-object.ts';
import { type GivenList, headerList, namesList } from './given-list.ts';
import { ANONYMOUS_ID, isOwnersOnly, ownersGrants } from './grants.ts';
import { checkPublic, listsNotSupported } from './list-refusals.ts';
import { hasLists, ownershipOf } from './ownership.ts';

/** The one list that may be asked for where the bucket's owner owns everything: it changes nothing there. */
const OWNERS_LIST = 'bucket-owner-full-control';

/**
 * Whose an object will be and whom its list lets in; undefined: the bucket owner's alone.
 * @param isVerified callers sign here, so who does not is nobody
 * @throws AccessControlListNotSupported, AccessDenied, InvalidArgument, InvalidRequest
 */
export function newObjectAccess(
  given: GivenList & { readonly Key?: string | undefined },
  bucket: StoredBucket,
  context: RequestContext,
  isVerified: boolean,
): ObjectAccess | undefined {
  if (!hasLists(bucket)) {
    if (namesList(given) && given.ACL !== OWNERS_LIST) throw listsNotSupported();
    return undefined;
  }
  const bucketOwnerId = canonicalUserId(bucket.accountId);
  const isNobody = context.accessKeyId === undefined && isVerified;
  const writerId = isNobody ? ANONYMOUS_ID : canonicalUserId(context.accountId);
  const isGivenAway = ownershipOf(bucket) === 'BucketOwnerPreferred' && given.ACL === OWNERS_LIST;
  const ownerId = isGivenAway ? bucketOwnerId : writerId;
  const grants = headerList(given, { ownerId, bucketOwnerId }) ?? ownersGrants(ownerId);
  checkPublic(grants, bucket, 'PutObjectAcl', context, given.Key);
  const isPlain = ownerId === bucketOwnerId && grants.length > 0 && isOwnersOnly(grants, ownerId);
  return isPlain ? undefined : { ownerId, grants };
}
