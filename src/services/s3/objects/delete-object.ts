import type { DeleteObjectOutput, DeleteObjectRequest } from '@aws-sdk/client-s3';
import type { OperationHandler } from '../../../aws/service.ts';
import { admit } from '../permissions/bucket-access.ts';
import type { S3Dependencies } from '../s3-dependencies.ts';
import { notBuilt } from '../s3-errors.ts';
import { deleteVersion } from './delete-version.ts';
import { deletionCheck } from './deletion-check.ts';
import { originOf } from './event-origin.ts';
import { checkKey, checkVersionId } from './object-key.ts';
import { changeObjects } from './write-version.ts';

export function deleteObject(
  deps: S3Dependencies,
): OperationHandler<DeleteObjectRequest, DeleteObjectOutput> {
  return async (input, context) => {
    const versionId = checkVersionId(input.VersionId);
    if (input.MFA !== undefined) throw notBuilt('x-amz-mfa', 'deletion with multi-factor authentication');
    await admit(deps, input, context, versionId === undefined ? 'DeleteObject' : 'DeleteObjectVersion');
    const name = { bucket: input.Bucket ?? '', key: checkKey(input.Key) };
    const check = deletionCheck(input);
    const deletion = { ...name, versionId, check, origin: originOf(context) };
    const deleted = await changeObjects(
      deps,
      async (tx, aftermath) => await deleteVersion(deps, tx, deletion, aftermath),
    );
    return {
      ...(deleted.isDeleteMarker ? { DeleteMarker: true } : {}),
      ...(deleted.versionId === undefined ? {} : { VersionId: deleted.versionId }),
    };
  };
}
