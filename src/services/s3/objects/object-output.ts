import type { GetObjectRequest, HeadObjectOutput, StorageClass } from '@aws-sdk/client-s3';
import type { RequestContext } from '../../../aws/service.ts';
import type { StoredBucket } from '../buckets/stored-bucket.ts';
import type { ReadableVersion } from './open-version.ts';
import { shownVersion } from './stored-object.ts';

/** What GetObject and HeadObject tell of a version. */
export function outputOf(
  { versioning }: StoredBucket,
  { object }: ReadableVersion,
  _input: GetObjectRequest,
  context: RequestContext,
): HeadObjectOutput {
  const { headers, metadata, storageClass, websiteRedirect } = object.details;
  const { Expires: expires, ...others } = headers;
  if (expires !== undefined) context.setHeader('Expires', expires);
  return {
    ...others,
    AcceptRanges: 'bytes',
    LastModified: object.modifiedAt,
    ContentLength: object.size,
    ETag: `"${object.etag}"`,
    ServerSideEncryption: 'AES256',
    Metadata: { ...metadata },
    WebsiteRedirectLocation: websiteRedirect,
    ...(storageClass === 'STANDARD' ? {} : { StorageClass: storageClass as StorageClass }),
    ...shownVersion(versioning, object.versionId),
  };
}
