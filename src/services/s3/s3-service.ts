import type { ServiceDefinition } from '../../aws/service.ts';
import { createBucket } from './buckets/create-bucket.ts';
import { deleteBucket } from './buckets/delete-bucket.ts';
import { getBucketLocation } from './buckets/get-bucket-location.ts';
import { headBucket } from './buckets/head-bucket.ts';
import { listBuckets } from './buckets/list-buckets.ts';
import { deleteObject } from './objects/delete-object.ts';
import { getObject, headObject } from './objects/get-object.ts';
import { putObject } from './objects/put-object.ts';
import { s3Actions } from './permissions/s3-actions.ts';
import { bucketSettings } from './settings/bucket-settings.ts';
import type { S3Dependencies } from './s3-dependencies.ts';

/** S3: buckets and their objects. */
export function createS3Service(deps: S3Dependencies): ServiceDefinition {
  return {
    model: 's3',
    access: { actions: s3Actions, takesAnonymous: true },
    operations: {
      ...bucketSettings(deps),
      CreateBucket: createBucket(deps),
      DeleteBucket: deleteBucket(deps),
      DeleteObject: deleteObject(deps),
      GetBucketLocation: getBucketLocation(deps),
      GetObject: getObject(deps),
      HeadBucket: headBucket(deps),
      HeadObject: headObject(deps),
      ListBuckets: listBuckets(deps),
      PutObject: putObject(deps),
    },
  };
}
