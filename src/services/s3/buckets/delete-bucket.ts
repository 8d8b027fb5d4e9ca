import type { DeleteBucketRequest } from '@aws-sdk/client-s3';
import type { OperationHandler } from '../../../aws/service.ts';
import { discardFiles, dropParts } from '../contents/content-rows.ts';
import { changeObjects } from '../objects/write-version.ts';
import { admit } from '../permissions/bucket-access.ts';
import type { S3Dependencies } from '../s3-dependencies.ts';
import { bucketNotEmpty } from '../s3-errors.ts';
import { lockBucket } from './bucket-rows.ts';

/** Deletes an empty bucket; uploads that were never completed go with it. */
export function deleteBucket(deps: S3Dependencies): OperationHandler<DeleteBucketRequest, object> {
  return async (input, context) => {
    const { name } = await admit(deps, input, context, 'DeleteBucket');
    await changeObjects(deps, async (tx, { discarded }) => {
      const { versioning } = await lockBucket(deps.store, tx, name);
      const object = await tx
        .selectFrom('s3_objects')
        .select('key')
        .where('bucket', '=', name)
        .limit(1)
        .executeTakeFirst();
      if (object !== undefined) throw bucketNotEmpty(name, versioning !== '');
      const uploads = await tx
        .deleteFrom('s3_uploads')
        .where('bucket', '=', name)
        .returning('upload_id')
        .execute();
      for (const { upload_id: contentId } of uploads) {
        const fileIds = await dropParts(tx, contentId);
        await discardFiles(tx, fileIds);
        discarded.push({ contentId, fileIds });
      }
      await tx.deleteFrom('s3_buckets').where('name', '=', name).execute();
    });
    return {};
  };
}
