import type { GetObjectRequest, HeadObjectOutput, StorageClass } from '@aws-sdk/client-s3';
import type { RequestContext } from '../../../aws/service.ts';
import type { StoredBucket } from '../buckets/stored-bucket.ts';
import { checksumMembers } from '../contents/checksum-plan.ts';
import { expiration } from '../lifecycle/announced-ends.ts';
import { contentRange } from './byte-range.ts';
import type { ReadableVersion } from './open-version.ts';
import { shownVersion, type StoredObject } from './stored-object.ts';

/** What GetObject and HeadObject tell of a version. */
export function outputOf(
  bucket: StoredBucket,
  { object, range }: ReadableVersion,
  input: GetObjectRequest,
  context: RequestContext,
): HeadObjectOutput {
  const { metadata, storageClass, websiteRedirect } = object.details;
  const tagCount = Object.keys(object.tags).length;
  const output: HeadObjectOutput = {
    ...headersOf(object, input, context),
    AcceptRanges: 'bytes',
    LastModified: object.modifiedAt,
    ContentLength: range === undefined ? object.size : range.end - range.start + 1,
    ETag: `"${object.etag}"`,
    ServerSideEncryption: 'AES256',
    Metadata: { ...metadata },
    ...shownVersion(bucket.versioning, object.versionId),
    ...(object.isLatest && expiration(bucket, object)),
  };
  if (range !== undefined) output.ContentRange = contentRange(range, object.size);
  if (websiteRedirect !== undefined) output.WebsiteRedirectLocation = websiteRedirect;
  if (storageClass !== 'STANDARD') output.StorageClass = storageClass as StorageClass;
  if (tagCount > 0) output.TagCount = tagCount;
  if (input.PartNumber !== undefined && object.partCount !== undefined) output.PartsCount = object.partCount;
  if (input.ChecksumMode === 'ENABLED' && range === undefined) Object.assign(output, checksumsOf(object));
  return output;
}

function checksumsOf({ details }: StoredObject): Partial<HeadObjectOutput> {
  if (Object.keys(details.checksums).length === 0) return {};
  return { ...checksumMembers(details.checksums), ChecksumType: details.checksumType };
}

/** The object's own headers, or those that its reader wants instead. */
function headersOf({ details }: StoredObject, input: GetObjectRequest, context: RequestContext) {
  const { Expires: stored, ...own } = details.headers;
  const expires = input.ResponseExpires?.toUTCString() ?? stored;
  if (expires !== undefined) context.setHeader('Expires', expires);
  return {
    ContentType: input.ResponseContentType ?? own.ContentType,
    CacheControl: input.ResponseCacheControl ?? own.CacheControl,
    ContentDisposition: input.ResponseContentDisposition ?? own.ContentDisposition,
    ContentEncoding: input.ResponseContentEncoding ?? own.ContentEncoding,
    ContentLanguage: input.ResponseContentLanguage ?? own.ContentLanguage,
  };
}
