import type {
  DeleteObjectTaggingOutput,
  DeleteObjectTaggingRequest,
  GetObjectTaggingOutput,
  GetObjectTaggingRequest,
  PutObjectTaggingOutput,
  PutObjectTaggingRequest,
} from '@aws-sdk/client-s3';
import type { OperationHandler, RequestContext } from '../../../aws/service.ts';
import type { StoredBucket } from '../buckets/stored-bucket.ts';
import { admit } from '../permissions/bucket-access.ts';
import type { S3Dependencies } from '../s3-dependencies.ts';
import { originOf } from './event-origin.ts';
import { checkTags } from './object-tags.ts';
import { lockKey } from './object-rows.ts';
import { findPresent } from './readable-version.ts';
import { shownVersion } from './stored-object.ts';
import { changeObjects } from './write-version.ts';

interface NamedVersion {
  readonly Bucket: string | undefined;
  readonly Key: string | undefined;
  readonly VersionId?: string | undefined;
}

export function getObjectTagging(
  deps: S3Dependencies,
): OperationHandler<GetObjectTaggingRequest, GetObjectTaggingOutput> {
  return async (input, context) => {
    const bucket = await admit(deps, input, context, actionOf('Get', input));
    const object = await findPresent(deps, bucket, input, context);
    return {
      TagSet: Object.entries(object.tags).map(([Key, Value]) => ({ Key, Value })),
      ...shownVersion(bucket.versioning, object.versionId),
    };
  };
}

export function putObjectTagging(
  deps: S3Dependencies,
): OperationHandler<PutObjectTaggingRequest, PutObjectTaggingOutput> {
  return async (input, context) => {
    const bucket = await admit(deps, input, context, actionOf('Put', input));
    const tags = checkTags(input.Tagging?.TagSet ?? []);
    return await changeTags(deps, bucket, input, tags, context);
  };
}

export function deleteObjectTagging(
  deps: S3Dependencies,
): OperationHandler<DeleteObjectTaggingRequest, DeleteObjectTaggingOutput> {
  return async (input, context) => {
    const bucket = await admit(deps, input, context, actionOf('Delete', input));
    return await changeTags(deps, bucket, input, undefined, context);
  };
}

function actionOf(verb: string, { VersionId }: NamedVersion): string {
  return VersionId === undefined ? `${verb}ObjectTagging` : `${verb}ObjectVersionTagging`;
}

/** @param tags undefined: they are taken away */
async function changeTags(
  deps: S3Dependencies,
  bucket: StoredBucket,
  input: NamedVersion,
  tags: Readonly<Record<string, string>> | undefined,
  context: RequestContext,
): Promise<{ VersionId?: string }> {
  const version = await findPresent(deps, bucket, input, context);
  return await changeObjects(deps, async (tx, aftermath) => {
    await lockKey(deps.store, tx, version);
    const hasTags = tags !== undefined && Object.keys(tags).length > 0;
    await tx
      .updateTable('s3_objects')
      .set({ tags: hasTags ? JSON.stringify(tags) : null })
      .where('bucket', '=', bucket.name)
      .where('key', '=', version.key)
      .where('sequence', '=', version.sequence)
      .execute();
    const timeMs = deps.clock.now();
    const { key, versionId, size, etag } = version;
    const event = {
      name: tags === undefined ? 'ObjectTagging:Delete' : 'ObjectTagging:Put',
      bucket,
      key,
      versionId,
      size,
      etag,
      sequence: deps.sequences.next(timeMs, version.sequence),
      timeMs,
      origin: originOf(context),
    } as const;
    await deps.events.accept(tx, [event], aftermath);
    return shownVersion(bucket.versioning, versionId);
  });
}
