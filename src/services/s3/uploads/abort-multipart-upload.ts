import type { AbortMultipartUploadRequest } from '@aws-sdk/client-s3';
import type { OperationHandler } from '../../../aws/service.ts';
import { changeObjects } from '../objects/write-version.ts';
import { admit } from '../permissions/bucket-access.ts';
import type { S3Dependencies } from '../s3-dependencies.ts';
import { notBuilt } from '../s3-errors.ts';
import { dropUpload, lockUpload } from './upload-rows.ts';

/** Gives an upload up, with the parts it has. */
export function abortMultipartUpload(
  deps: S3Dependencies,
): OperationHandler<AbortMultipartUploadRequest, object> {
  return async (input, context) => {
    await admit(deps, input, context, 'AbortMultipartUpload');
    if (input.IfMatchInitiatedTime !== undefined)
      throw notBuilt('x-amz-if-match-initiated-time', 'conditions of directory buckets');
    await changeObjects(deps, async (tx, aftermath) => {
      const { uploadId } = await lockUpload(deps.store, tx, input);
      await dropUpload(tx, uploadId, aftermath);
    });
    return {};
  };
}
