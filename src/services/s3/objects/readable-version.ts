import type { GetObjectRequest } from '@aws-sdk/client-s3';
import type { RequestContext } from '../../../aws/service.ts';
import type { StoredBucket } from '../buckets/stored-bucket.ts';
import type { S3Dependencies } from '../s3-dependencies.ts';
import { methodNotAllowed, noSuchKey, noSuchVersion } from '../s3-errors.ts';
import { findVersion } from './object-rows.ts';
import type { ReadableVersion } from './open-version.ts';
import type { StoredObject } from './stored-object.ts';

/** The version a request reads. @throws NoSuchKey, NoSuchVersion, MethodNotAllowed */
export async function findReadable(
  { store }: S3Dependencies,
  bucket: StoredBucket,
  { Key: key = '', VersionId: versionId }: GetObjectRequest,
  context: RequestContext,
): Promise<ReadableVersion> {
  const object = await findVersion(store.db, { bucket: bucket.name, key }, versionId);
  return { object: present(object, key, versionId, context), range: undefined };
}

function present(
  object: StoredObject | undefined,
  key: string,
  versionId: string | undefined,
  context: RequestContext,
): StoredObject {
  if (object?.isDeleteMarker === true) {
    context.setHeader('x-amz-delete-marker', 'true');
    context.setHeader('x-amz-version-id', object.versionId);
    if (versionId === undefined) throw noSuchKey(key);
    context.setHeader('Last-Modified', object.modifiedAt.toUTCString());
    throw methodNotAllowed(context.operation === 'HeadObject' ? 'HEAD' : 'GET');
  }
  if (object !== undefined) return object;
  throw versionId === undefined ? noSuchKey(key) : noSuchVersion(key, versionId);
}
