import type {
  DeletedObject,
  DeleteObjectsOutput,
  DeleteObjectsRequest,
  ObjectIdentifier,
} from '@aws-sdk/client-s3';
import type { OperationHandler, RequestContext } from '../../../aws/service.ts';
import { ServiceError } from '../../../model/service-error.ts';
import type { StoredBucket } from '../buckets/stored-bucket.ts';
import { admitAny, denialOf } from '../permissions/bucket-access.ts';
import { requestFacts } from '../permissions/condition-keys.ts';
import type { S3Dependencies } from '../s3-dependencies.ts';
import { accessDenied, invalidRequest, malformedXml, notBuilt } from '../s3-errors.ts';
import { deletionCheck } from './deletion-check.ts';
import { type Deletion, deleteVersion } from './delete-version.ts';
import { originOf } from './event-origin.ts';
import { checkVersionId } from './object-key.ts';
import { changeObjects } from './write-version.ts';

const MOST_KEYS = 1000;

type Outcome =
  | { readonly deleted: DeletedObject }
  | { readonly refused: ObjectIdentifier; readonly error: ServiceError };

/** Deletes up to a thousand objects or versions; each fares on its own. */
export function deleteObjects(
  deps: S3Dependencies,
): OperationHandler<DeleteObjectsRequest, DeleteObjectsOutput> {
  return async (input, context) => {
    checkDigest(context);
    const bucket = await admitAny(deps, input);
    const { Objects: objects = [], Quiet: isQuiet = false } = input.Delete ?? {};
    if (objects.length === 0 || objects.length > MOST_KEYS) throw malformedXml();
    if (input.MFA !== undefined) throw notBuilt('x-amz-mfa', 'deletion with multi-factor authentication');
    // One after the other: in one list the same key may be there twice.
    const outcomes: Outcome[] = [];
    await changeObjects(deps, async (tx, aftermath) => {
      outcomes.length = 0;
      for (const object of objects.toSorted(byKey)) {
        const planned = planOf(deps, bucket, object, context);
        outcomes.push(
          planned instanceof ServiceError
            ? { refused: object, error: planned }
            : await outcomeOf(object, deleteVersion(deps, tx, planned, aftermath)),
        );
      }
    });
    return {
      Deleted: isQuiet ? [] : outcomes.flatMap((outcome) => ('deleted' in outcome ? [outcome.deleted] : [])),
      Errors: outcomes.flatMap((outcome) => ('deleted' in outcome ? [] : [errorOf(outcome)])),
    };
  };
}

/** Locks are taken in one order by all. */
function byKey({ Key: a = '' }: ObjectIdentifier, { Key: b = '' }: ObjectIdentifier): number {
  return a < b ? -1 : Number(a > b);
}

/** @throws InvalidRequest: a list that was cut short on its way would delete the wrong things */
function checkDigest(context: RequestContext): void {
  const names = Object.keys({ ...context.headers, ...context.trailers });
  if (names.some((name) => name === 'content-md5' || name.startsWith('x-amz-checksum-'))) return;
  throw invalidRequest('Missing required header for this request: Content-MD5');
}

function planOf(
  deps: S3Dependencies,
  bucket: StoredBucket,
  object: ObjectIdentifier,
  context: RequestContext,
): Deletion | ServiceError {
  const { Key: key = '', ETag: etag } = object;
  try {
    const versionId = checkVersionId(object.VersionId);
    const action = versionId === undefined ? 'DeleteObject' : 'DeleteObjectVersion';
    const keys = requestFacts({ IfMatch: etag, VersionId: versionId }, context);
    const denial = denialOf(deps, bucket, key, context, action, keys);
    if (denial !== undefined) return accessDenied(denial);
    const check = deletionCheck({
      Key: key,
      IfMatch: etag,
      IfMatchLastModifiedTime: object.LastModifiedTime,
      IfMatchSize: object.Size,
    });
    return { bucket: bucket.name, key, versionId, check, origin: originOf(context) };
  } catch (error) {
    if (error instanceof ServiceError) return error;
    throw error;
  }
}

async function outcomeOf(
  object: ObjectIdentifier,
  deleting: ReturnType<typeof deleteVersion>,
): Promise<Outcome> {
  try {
    const { isDeleteMarker, versionId } = await deleting;
    const named = {
      Key: object.Key,
      ...(object.VersionId === undefined ? {} : { VersionId: object.VersionId }),
    };
    const marker =
      isDeleteMarker && versionId !== undefined
        ? { DeleteMarker: true, DeleteMarkerVersionId: versionId }
        : {};
    return { deleted: { ...named, ...marker } };
  } catch (error) {
    // Refused before anything was changed.
    if (error instanceof ServiceError) return { refused: object, error };
    throw error;
  }
}

function errorOf({ refused, error }: Extract<Outcome, { readonly error: ServiceError }>) {
  return {
    Key: refused.Key,
    ...(refused.VersionId === undefined ? {} : { VersionId: refused.VersionId }),
    Code: error.code,
    Message: error.message,
  };
}
