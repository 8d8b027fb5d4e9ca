import type { GetBucketAclOutput } from '@aws-sdk/client-s3';
import type { AnyOperationHandler } from '../../../aws/service.ts';
import { ServiceError } from '../../../model/service-error.ts';
import { canonicalUserId } from '../buckets/stored-bucket.ts';
import { admit, type Named } from '../permissions/bucket-access.ts';
import type { S3Dependencies } from '../s3-dependencies.ts';

/** The one list that changes nothing where the bucket's owner owns everything in it. */
const OWNERS_LIST = 'bucket-owner-full-control';

/** Access control lists of buckets: there are none where the owner owns everything, which is every bucket. */
export function accessLists(deps: S3Dependencies): Readonly<Record<string, AnyOperationHandler>> {
  return {
    GetBucketAcl: async (input: Named, context) => {
      const bucket = await admit(deps, input, context, 'GetBucketAcl');
      return ownersList(bucket.accountId);
    },
    PutBucketAcl: async (input: Named, context) => {
      await admit(deps, input, context, 'PutBucketAcl');
      throw listsNotSupported();
    },
  };
}

/** The owner may do everything, nobody else anything. */
export function ownersList(accountId: string): GetBucketAclOutput {
  const ID = canonicalUserId(accountId);
  return {
    Owner: { ID },
    Grants: [{ Grantee: { Type: 'CanonicalUser', ID }, Permission: 'FULL_CONTROL' }],
  };
}

interface GivenList {
  readonly ACL?: string | undefined;
  readonly GrantFullControl?: string | undefined;
  readonly GrantRead?: string | undefined;
  readonly GrantReadACP?: string | undefined;
  readonly GrantWrite?: string | undefined;
  readonly GrantWriteACP?: string | undefined;
}

/** What an upload asks for besides. @throws AccessControlListNotSupported */
export function refuseList({ ACL, ...given }: GivenList): void {
  const isGranted = [
    given.GrantFullControl,
    given.GrantRead,
    given.GrantReadACP,
    given.GrantWrite,
    given.GrantWriteACP,
  ].some((grant) => grant !== undefined);
  if (isGranted || (ACL !== undefined && ACL !== OWNERS_LIST)) throw listsNotSupported();
}

export function listsNotSupported(): ServiceError {
  return new ServiceError('AccessControlListNotSupported', 'The bucket does not allow ACLs');
}
