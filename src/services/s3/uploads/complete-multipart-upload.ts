import type { CompleteMultipartUploadOutput, CompleteMultipartUploadRequest } from '@aws-sdk/client-s3';
import type { OperationHandler, RequestContext } from '../../../aws/service.ts';
import type { Tx } from '../buckets/bucket-rows.ts';
import type { StoredBucket } from '../buckets/stored-bucket.ts';
import { checksumMembers } from '../contents/checksum-plan.ts';
import { discardFiles, insertContent } from '../contents/content-rows.ts';
import { expiration } from '../lifecycle/announced-ends.ts';
import { writeCheck } from '../objects/conditions.ts';
import { originOf } from '../objects/event-origin.ts';
import { refuseKeyOfUpload } from '../objects/refused-settings.ts';
import { type ObjectDetails, shownVersion, storedObjectOf } from '../objects/stored-object.ts';
import {
  type Aftermath,
  changeObjects,
  writeVersion,
  type WrittenVersion,
} from '../objects/write-version.ts';
import { admit } from '../permissions/bucket-access.ts';
import type { S3Dependencies } from '../s3-dependencies.ts';
import { type CompletedObject, completedObject } from './completed-parts.ts';
import { noSuchUpload, type StoredUpload } from './stored-upload.ts';
import { deleteUpload, findUpload, lockUpload } from './upload-rows.ts';

/** What the answer tells of an object that has been put together. */
interface Completion {
  readonly etag: string;
  readonly shown: WrittenVersion['shown'];
  readonly details: ObjectDetails;
}

/** Makes an object of parts. Their files become its own: nothing is copied. */
export function completeMultipartUpload(
  deps: S3Dependencies,
): OperationHandler<CompleteMultipartUploadRequest, CompleteMultipartUploadOutput> {
  return async (input, context) => {
    const bucket = await admit(deps, input, context, 'PutObject');
    const upload = await findUpload(deps.store.db, input);
    const { etag, shown, details } =
      upload === undefined
        ? await completedBefore(deps, bucket, input)
        : await changeObjects(
            deps,
            async (tx, aftermath) => await complete(deps, tx, input, context, aftermath),
          );
    return {
      Location: `${context.origin}/${bucket.name}/${encodeURIComponent(input.Key ?? '').replaceAll('%2F', '/')}`,
      Bucket: bucket.name,
      Key: input.Key,
      ETag: `"${etag}"`,
      ServerSideEncryption: 'AES256',
      ...checksumMembers(details.checksums),
      ChecksumType: details.checksumType,
      ...shown,
    };
  };
}

async function complete(
  deps: S3Dependencies,
  tx: Tx,
  input: CompleteMultipartUploadRequest,
  context: RequestContext,
  aftermath: Aftermath,
): Promise<Completion> {
  const upload = await lockUpload(deps.store, tx, input);
  refuseKeyOfUpload(input);
  const uploaded = await tx
    .selectFrom('s3_parts')
    .selectAll()
    .where('content_id', '=', upload.uploadId)
    .execute();
  const completed = completedObject(upload, uploaded, input);
  await dropOthers(tx, upload, uploaded, completed, aftermath);
  await insertContent(tx, upload.uploadId, completed.size);
  await deleteUpload(tx, upload.uploadId);
  const { checksumType, object } = upload.details;
  const details: ObjectDetails = { ...object, checksums: completed.checksums, checksumType };
  const version = {
    ...completed,
    bucket: upload.bucket,
    key: upload.key,
    contentId: upload.uploadId,
    partCount: completed.parts.length,
    details,
    tags: upload.tags,
  };
  const rules = {
    event: 'ObjectCreated:CompleteMultipartUpload',
    origin: originOf(context),
    check: writeCheck(upload.key, input),
  } as const;
  const { shown } = await writeVersion(deps, tx, version, rules, aftermath);
  return { etag: completed.etag, shown, details };
}

/** Parts that were uploaded and are not in the list go. */
async function dropOthers(
  tx: Tx,
  { uploadId }: StoredUpload,
  uploaded: CompletedObject['parts'],
  { parts }: CompletedObject,
  { discarded }: Aftermath,
): Promise<void> {
  const kept = new Set(parts);
  const fileIds = uploaded.filter((part) => !kept.has(part)).map((part) => part.file_id);
  if (fileIds.length === 0) return;
  await tx.deleteFrom('s3_parts').where('file_id', 'in', fileIds).execute();
  await discardFiles(tx, fileIds);
  discarded.push({ contentId: uploadId, fileIds });
}

/** A client that never saw the answer asks again. @throws NoSuchUpload */
async function completedBefore(
  { store }: S3Dependencies,
  bucket: StoredBucket,
  { Bucket = '', Key = '', UploadId = '' }: CompleteMultipartUploadRequest,
): Promise<Completion> {
  const row = await store.db
    .selectFrom('s3_objects')
    .selectAll()
    .where('bucket', '=', Bucket)
    .where('key', '=', Key)
    .where('content_id', '=', UploadId)
    .where('part_count', 'is not', null)
    .limit(1)
    .executeTakeFirst();
  if (row === undefined) throw noSuchUpload(UploadId);
  const object = storedObjectOf(row);
  const shown = { ...shownVersion(bucket.versioning, object.versionId), ...expiration(bucket, object) };
  return { ...object, shown };
}
