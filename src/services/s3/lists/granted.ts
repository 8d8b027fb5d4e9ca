import type { Permission } from '@aws-sdk/client-s3';
import { canonicalUserId } from '../buckets/stored-bucket.ts';
import type { Principal } from '../../../model/policy/principal.ts';
import { ALL_USERS, AUTHENTICATED_USERS, type Grants, isPublicGrantee, isSame } from './grants.ts';

/** What each permission of a bucket's list lets somebody do. */
const OF_BUCKETS: Readonly<Record<string, Permission>> = {
  ListBucket: 'READ',
  ListBucketVersions: 'READ',
  ListBucketMultipartUploads: 'READ',
  PutObject: 'WRITE',
  // The list of what is being put.
  PutObjectAcl: 'WRITE',
  GetBucketAcl: 'READ_ACP',
  PutBucketAcl: 'WRITE_ACP',
};

const OF_OBJECTS: Readonly<Record<string, Permission>> = {
  GetObject: 'READ',
  GetObjectVersion: 'READ',
  GetObjectAcl: 'READ_ACP',
  GetObjectVersionAcl: 'READ_ACP',
  PutObjectAcl: 'WRITE_ACP',
  PutObjectVersionAcl: 'WRITE_ACP',
};

interface ListedFor {
  readonly grants: Grants;
  readonly principal: Principal;
  /** Without `s3:`. */
  readonly action: string;
  /** IgnorePublicAcls: groups that anybody is in are overlooked. */
  readonly ignoresPublic: boolean;
}

/** Whether a bucket's list lets somebody do this with the bucket. */
export function isGrantedByBucket(asked: ListedFor): boolean {
  return isGranted(asked, OF_BUCKETS[asked.action]);
}

/** Whether an object's list lets somebody do this with the object. */
export function isGrantedByObject(asked: ListedFor): boolean {
  return isGranted(asked, OF_OBJECTS[asked.action]);
}

function isGranted({ grants, principal, ignoresPublic }: ListedFor, wanted: Permission | undefined): boolean {
  if (wanted === undefined) return false;
  return grants.some(({ grantee, permission }) => {
    if (permission !== wanted && permission !== 'FULL_CONTROL') return false;
    if (ignoresPublic && isPublicGrantee(grantee)) return false;
    if (isSame(grantee, ALL_USERS)) return true;
    if (principal.type !== 'AWS') return false;
    return (
      isSame(grantee, AUTHENTICATED_USERS) || isSame(grantee, { id: canonicalUserId(principal.accountId) })
    );
  });
}
