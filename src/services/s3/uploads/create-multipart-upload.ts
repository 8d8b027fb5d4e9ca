import type { CreateMultipartUploadOutput, CreateMultipartUploadRequest } from '@aws-sdk/client-s3';
import type { OperationHandler } from '../../../aws/service.ts';
import { holdBucket } from '../buckets/bucket-rows.ts';
import { detailsOf } from '../objects/object-details.ts';
import { checkKey } from '../objects/object-key.ts';
import { tagsOfHeader } from '../objects/object-tags.ts';
import { refuseSettings } from '../objects/refused-settings.ts';
import { abortion } from '../lifecycle/announced-ends.ts';
import { newObjectAccess } from '../lists/new-object-list.ts';
import { admit } from '../permissions/bucket-access.ts';
import { admitWriter } from '../permissions/writer-access.ts';
import type { S3Dependencies } from '../s3-dependencies.ts';
import { newUploadId } from './stored-upload.ts';
import { uploadChecksum } from './upload-checksum.ts';

/** Begins an upload in parts. What its object will have is said now. */
export function createMultipartUpload(
  deps: S3Dependencies,
): OperationHandler<CreateMultipartUploadRequest, CreateMultipartUploadOutput> {
  return async (input, context) => {
    const tags = tagsOfHeader(input.Tagging);
    const hasTags = Object.keys(tags).length > 0;
    const bucket = await admitWriter(deps, input, context);
    const { name } = bucket;
    if (hasTags) await admit(deps, input, context, 'PutObjectTagging');
    const key = checkKey(input.Key);
    refuseSettings(input);
    const { algorithm, checksumType } = uploadChecksum(input);
    const nowMs = deps.clock.now();
    const initiator = context.caller.principal.arn;
    const access = newObjectAccess(input, bucket, context, deps.identities.isStrict);
    const object = { ...detailsOf(input, context), access };
    const details = { object, algorithm, checksumType, initiator };
    const row = {
      upload_id: newUploadId(nowMs),
      bucket: name,
      key,
      initiated_at_ms: nowMs,
      details: JSON.stringify(details),
      tags: hasTags ? JSON.stringify(tags) : null,
    };
    await deps.store.write(async (tx) => {
      await holdBucket(deps.store, tx, name);
      await tx.insertInto('s3_uploads').values(row).execute();
    });
    return {
      Bucket: name,
      Key: key,
      UploadId: row.upload_id,
      ServerSideEncryption: 'AES256',
      ...abortion(bucket, key, nowMs),
      ...(algorithm === undefined ? {} : { ChecksumAlgorithm: algorithm, ChecksumType: checksumType }),
    };
  };
}
