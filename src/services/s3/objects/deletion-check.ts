import type { DeleteObjectRequest } from '@aws-sdk/client-s3';
import { noSuchKey, notBuilt, preconditionFailed } from '../s3-errors.ts';
import type { StoredObject } from './stored-object.ts';

type DeletionConditions = Pick<
  DeleteObjectRequest,
  'Key' | 'IfMatch' | 'IfMatchLastModifiedTime' | 'IfMatchSize'
>;

/**
 * What an object has to be to be deleted; undefined where anything will do.
 * @throws NotImplemented for conditions that only directory buckets know
 */
export function deletionCheck({
  Key: key = '',
  IfMatch,
  IfMatchLastModifiedTime,
  IfMatchSize,
}: DeletionConditions): ((current: StoredObject | undefined) => void) | undefined {
  if (IfMatchLastModifiedTime !== undefined || IfMatchSize !== undefined) {
    throw notBuilt('x-amz-if-match-size', 'conditions on the time or size of what is deleted');
  }
  if (IfMatch === undefined) return undefined;
  return (current) => {
    if (current === undefined) throw noSuchKey(key);
    if (IfMatch !== '*' && IfMatch.replaceAll('"', '') !== current.etag) throw preconditionFailed('If-Match');
  };
}
