import type { CopyObjectRequest } from '@aws-sdk/client-s3';
import type { RequestContext } from '../../../aws/service.ts';
import type { StoredBucket } from '../buckets/stored-bucket.ts';
import { decodedSource } from '../copy-source-text.ts';
import { admitToObject } from '../permissions/object-access.ts';
import type { S3Dependencies } from '../s3-dependencies.ts';
import { invalidArgument, invalidRequest, noSuchKey, noSuchVersion } from '../s3-errors.ts';
import { checkCopySource } from './conditions.ts';
import { checkVersionId } from './object-key.ts';
import { findVersion } from './object-rows.ts';
import { refuseCustomerKey } from './refused-settings.ts';
import type { StoredObject } from './stored-object.ts';

export interface CopySource {
  readonly bucket: StoredBucket;
  readonly object: StoredObject;
  /** The request names this version. */
  readonly versionId: string | undefined;
}

type SourceInput = Pick<
  CopyObjectRequest,
  | 'CopySource'
  | 'CopySourceIfMatch'
  | 'CopySourceIfModifiedSince'
  | 'CopySourceIfNoneMatch'
  | 'CopySourceIfUnmodifiedSince'
  | 'CopySourceSSECustomerAlgorithm'
  | 'CopySourceSSECustomerKey'
  | 'CopySourceSSECustomerKeyMD5'
  | 'ExpectedSourceBucketOwner'
>;

/** The object a copy is made of. @throws NoSuchBucket, NoSuchKey, NoSuchVersion, InvalidArgument, InvalidRequest, PreconditionFailed */
export async function findCopySource(
  deps: S3Dependencies,
  input: SourceInput,
  context: RequestContext,
): Promise<CopySource> {
  const { bucket: name, key, versionId } = parseCopySource(input.CopySource ?? '');
  const named = {
    Bucket: name,
    Key: key,
    VersionId: versionId,
    ExpectedBucketOwner: input.ExpectedSourceBucketOwner,
  };
  const bucket = await admitToObject(
    deps,
    named,
    context,
    versionId === undefined ? 'GetObject' : 'GetObjectVersion',
  );
  const object = await findVersion(deps.store.db, { bucket: name, key }, versionId);
  if (object?.isDeleteMarker === true && versionId !== undefined) {
    throw invalidRequest(
      'The source of a copy request may not specifically refer to a delete marker by version id.',
    );
  }
  if (object === undefined || object.isDeleteMarker) {
    throw versionId === undefined ? noSuchKey(key) : noSuchVersion(key, versionId);
  }
  refuseCustomerKey({
    SSECustomerAlgorithm: input.CopySourceSSECustomerAlgorithm,
    SSECustomerKey: input.CopySourceSSECustomerKey,
    SSECustomerKeyMD5: input.CopySourceSSECustomerKeyMD5,
  });
  checkCopySource(object, input);
  return { bucket, object, versionId };
}

/**
 * `bucket/key` or `/bucket/key`, with `?versionId=` behind it. It is decoded as a form is: clients encode the key, or all
 * of it with the slash in the middle, and a plus sign is a space.
 * @throws InvalidArgument
 */
function parseCopySource(source: string): { bucket: string; key: string; versionId: string | undefined } {
  const [, path = '', version] = /^(.*?)(?:\?versionId=(.*))?$/s.exec(source) ?? [];
  const [, bucket = '', key = ''] = /^\/?([^/]+)\/(.+)$/s.exec(decodedSource(path) ?? '') ?? [];
  if (key !== '' && !bucket.startsWith('arn:')) {
    return { bucket, key, versionId: checkVersionId(version) };
  }
  throw invalidArgument(
    'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
    'x-amz-copy-source',
    source,
  );
}
