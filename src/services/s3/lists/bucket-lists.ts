import type { PutBucketAclRequest } from '@aws-sdk/client-s3';
import type { AnyOperationHandler } from '../../../aws/service.ts';
import { changeSetting } from '../buckets/bucket-rows.ts';
import { canonicalUserId } from '../buckets/stored-bucket.ts';
import { admit, type Named } from '../permissions/bucket-access.ts';
import type { S3Dependencies } from '../s3-dependencies.ts';
import { givenList, listKeys } from './given-list.ts';
import { isOwnersOnly, shownList } from './grants.ts';
import { checkPublic, listsNotSupported } from './list-refusals.ts';
import { bucketGrants, hasLists } from './ownership.ts';

/** Access control lists of buckets. */
export function bucketLists(deps: S3Dependencies): Readonly<Record<string, AnyOperationHandler>> {
  return {
    GetBucketAcl: async (input: Named, context) => {
      const bucket = await admit(deps, input, context, 'GetBucketAcl');
      return shownList(canonicalUserId(bucket.accountId), bucketGrants(bucket));
    },
    PutBucketAcl: async (input: PutBucketAclRequest & Named, context) => {
      const bucket = await admit(deps, input, context, 'PutBucketAcl', listKeys(input));
      if (!hasLists(bucket)) throw listsNotSupported();
      const ownerId = canonicalUserId(bucket.accountId);
      const grants = givenList(input, { ownerId });
      await changeSetting(deps.store, bucket.name, 'acl', (_, present) => {
        // Somebody may have taken lists away meanwhile.
        if (!hasLists(present)) throw listsNotSupported();
        checkPublic(grants, present, 'PutBucketAcl', context);
        return isOwnersOnly(grants, ownerId) && grants.length > 0 ? undefined : grants;
      });
      return undefined;
    },
  };
}
