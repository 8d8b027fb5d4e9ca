import type { GetObjectRequest } from '@aws-sdk/client-s3';
import type { RequestContext } from '../../../aws/service.ts';
import { ServiceError } from '../../../model/service-error.ts';
import type { StoredBucket } from '../buckets/stored-bucket.ts';
import type { ByteRange } from '../contents/segments.ts';
import { denialOf } from '../permissions/bucket-access.ts';
import type { S3Dependencies } from '../s3-dependencies.ts';
import { accessDenied, invalidRequest, methodNotAllowed, noSuchKey, noSuchVersion } from '../s3-errors.ts';
import { rangeOf } from './byte-range.ts';
import { checkRead } from './conditions.ts';
import { checkVersionId } from './object-key.ts';
import { findVersion } from './object-rows.ts';
import { type CustomerKey, refuseCustomerKey } from './refused-settings.ts';
import type { ReadableVersion } from './open-version.ts';
import type { StoredObject } from './stored-object.ts';

/** The version a request reads, and how much of it. @throws NoSuchKey, NoSuchVersion, MethodNotAllowed, PreconditionFailed, InvalidRange */
export async function findReadable(
  deps: S3Dependencies,
  bucket: StoredBucket,
  input: GetObjectRequest,
  context: RequestContext,
): Promise<ReadableVersion> {
  if (input.Range !== undefined && input.PartNumber !== undefined) {
    throw invalidRequest('Cannot specify both Range header and partNumber query parameter');
  }
  if (context.accessKeyId === undefined && deps.identities.isStrict && overrides(input)) {
    throw invalidRequest('Request specific response headers cannot be used for anonymous GET requests.');
  }
  const object = await findPresent(deps, bucket, input, context);
  tellOf(object, context);
  checkRead(object, input);
  const range =
    input.PartNumber === undefined
      ? rangeOf(input.Range, object.size)
      : await partRange(deps, object, input.PartNumber);
  return { object, range };
}

function overrides(input: GetObjectRequest): boolean {
  return [
    input.ResponseCacheControl,
    input.ResponseContentDisposition,
    input.ResponseContentEncoding,
    input.ResponseContentLanguage,
    input.ResponseContentType,
    input.ResponseExpires,
  ].some((header) => header !== undefined);
}

/** The version a request names; its current one without a version's id. @throws NoSuchKey, NoSuchVersion, MethodNotAllowed */
export async function findPresent(
  deps: S3Dependencies,
  bucket: StoredBucket,
  input: Pick<GetObjectRequest, 'Key' | 'VersionId'> & CustomerKey,
  context: RequestContext,
): Promise<StoredObject> {
  const { Key: key = '', VersionId } = input;
  const versionId = checkVersionId(VersionId);
  const object = await findVersion(deps.store.db, { bucket: bucket.name, key }, versionId);
  if (object?.isDeleteMarker === true) {
    context.setHeader('x-amz-delete-marker', 'true');
    context.setHeader('x-amz-version-id', object.versionId);
    if (versionId === undefined) throw missing(deps, bucket, context, noSuchKey(key));
    context.setHeader('Last-Modified', object.modifiedAt.toUTCString());
    throw methodNotAllowed(context.operation === 'HeadObject' ? 'HEAD' : 'GET');
  }
  if (object !== undefined) {
    refuseCustomerKey(input);
    return object;
  }
  throw missing(
    deps,
    bucket,
    context,
    versionId === undefined ? noSuchKey(key) : noSuchVersion(key, versionId),
  );
}

/** Who may not list a bucket is not told what is not in it. */
function missing(
  deps: S3Dependencies,
  bucket: StoredBucket,
  context: RequestContext,
  error: ServiceError,
): ServiceError {
  const denial = denialOf(deps, bucket, undefined, context, 'ListBucket');
  return denial === undefined ? error : accessDenied(denial);
}

/** Answers of failed conditions tell this too. */
function tellOf({ etag, modifiedAt }: StoredObject, context: RequestContext): void {
  context.setHeader('ETag', `"${etag}"`);
  context.setHeader('Last-Modified', modifiedAt.toUTCString());
}

async function partRange(
  { contents }: S3Dependencies,
  { contentId, size, partCount }: StoredObject,
  number: number,
): Promise<ByteRange | undefined> {
  if (contentId === undefined || partCount === undefined) {
    if (number === 1) return size === 0 ? undefined : { start: 0, end: size - 1 };
    throw noSuchPart();
  }
  let start = 0;
  for (const part of await contents.parts(contentId)) {
    if (part.part_number === number) return { start, end: start + part.size - 1 };
    start += part.size;
  }
  throw noSuchPart();
}

function noSuchPart(): ServiceError {
  return new ServiceError('InvalidPartNumber', 'The requested partnumber is not satisfiable', 416);
}
