import type { RequestContext } from '../../../aws/service.ts';
import { ServiceError } from '../../../model/service-error.ts';
import type { StoredBucket } from '../buckets/stored-bucket.ts';
import { accessDenied } from '../s3-errors.ts';
import { publicAccessBlock } from '../settings/public-access.ts';
import { type Grants, isPublic } from './grants.ts';

export function listsNotSupported(): ServiceError {
  return new ServiceError('AccessControlListNotSupported', 'The bucket does not allow ACLs');
}

/** @throws AccessDenied for a list that lets anybody in where the bucket blocks that */
export function checkPublic(
  grants: Grants,
  { settings, arn }: Pick<StoredBucket, 'settings' | 'arn'>,
  action: string,
  { caller }: RequestContext,
  key?: string,
): void {
  if (!isPublic(grants) || publicAccessBlock(settings)?.BlockPublicAcls !== true) return;
  const resource = key === undefined ? arn : `${arn}/${key}`;
  throw accessDenied(
    `User: ${caller.principal.arn} is not authorized to perform: s3:${action} on resource: ${resource} because ` +
      'public access control lists (ACLs) are prevented by the BlockPublicAcls setting in S3 Block Public Access.',
  );
}
