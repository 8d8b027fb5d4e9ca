import { invalidArgument, notBuilt } from '../s3-errors.ts';
import {
  ALL_USERS,
  AUTHENTICATED_USERS,
  type Grantee,
  type Grants,
  LOG_DELIVERY,
  ownersGrants,
} from './grants.ts';

/** Whose list it is to be. Ids are canonical. */
export interface ListOwners {
  /** Of what the list is about. */
  readonly ownerId: string;
  /** Of the bucket an object is in; undefined for a bucket's own list. */
  readonly bucketOwnerId?: string | undefined;
}

/** A list by the name AWS has for it. @throws InvalidArgument */
export function cannedList(name: string, { ownerId, bucketOwnerId }: ListOwners): Grants {
  const own = ownersGrants(ownerId);
  const [of, toBucketOwner] = [bucketOwnerId === undefined ? 'bucket' : 'object', bucketOwnerId ?? ownerId];
  const adding = (
    grantee: Grantee,
    ...permissions: readonly ('READ' | 'WRITE' | 'READ_ACP' | 'FULL_CONTROL')[]
  ) => [...own, ...permissions.map((permission) => ({ grantee, permission }))];
  const bucketOwner = { id: toBucketOwner };
  switch (name) {
    case 'private':
      return own;
    case 'public-read':
      return adding(ALL_USERS, 'READ');
    case 'public-read-write':
      return adding(ALL_USERS, 'READ', 'WRITE');
    case 'authenticated-read':
      return adding(AUTHENTICATED_USERS, 'READ');
    case 'log-delivery-write':
      if (of === 'object') break;
      return adding(LOG_DELIVERY, 'WRITE', 'READ_ACP');
    case 'bucket-owner-read':
      return toBucketOwner === ownerId ? own : adding(bucketOwner, 'READ');
    case 'bucket-owner-full-control':
      return toBucketOwner === ownerId ? own : adding(bucketOwner, 'FULL_CONTROL');
    case 'aws-exec-read':
      throw notBuilt('x-amz-acl', 'access control lists for Amazon EC2');
  }
  throw invalidArgument('', 'x-amz-acl', name);
}
