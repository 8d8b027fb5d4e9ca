import type { AnyOperationHandler, ServiceDefinition } from '../../aws/service.ts';
import { getBucketVersioning, putBucketVersioning } from './buckets/bucket-versioning.ts';
import { createBucket } from './buckets/create-bucket.ts';
import { deleteBucket } from './buckets/delete-bucket.ts';
import { getBucketLocation } from './buckets/get-bucket-location.ts';
import { headBucket } from './buckets/head-bucket.ts';
import { listBuckets } from './buckets/list-buckets.ts';
import { listObjects } from './listing/list-objects.ts';
import { listObjectsV2 } from './listing/list-objects-v2.ts';
import { listObjectVersions } from './listing/list-object-versions.ts';
import { getObjectAcl, putObjectAcl } from './lists/object-lists.ts';
import { copyObject } from './objects/copy-object.ts';
import { deleteObject } from './objects/delete-object.ts';
import { deleteObjects } from './objects/delete-objects.ts';
import { getObject, headObject } from './objects/get-object.ts';
import { getObjectAttributes } from './objects/get-object-attributes.ts';
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from './objects/object-tagging.ts';
import { putObject } from './objects/put-object.ts';
import { s3Actions } from './permissions/s3-actions.ts';
import { bucketSettings } from './settings/bucket-settings.ts';
import type { S3Dependencies } from './s3-dependencies.ts';
import { abortMultipartUpload } from './uploads/abort-multipart-upload.ts';
import { completeMultipartUpload } from './uploads/complete-multipart-upload.ts';
import { createMultipartUpload } from './uploads/create-multipart-upload.ts';
import { listMultipartUploads } from './uploads/list-multipart-uploads.ts';
import { listParts } from './uploads/list-parts.ts';
import { uploadPart } from './uploads/upload-part.ts';
import { uploadPartCopy } from './uploads/upload-part-copy.ts';

/** S3: buckets and their objects. */
export function createS3Service(deps: S3Dependencies): ServiceDefinition {
  return {
    model: 's3',
    access: { actions: s3Actions, takesAnonymous: true },
    operations: { ...bucketSettings(deps), ...buckets(deps), ...objects(deps), ...uploads(deps) },
  };
}

type Operations = Readonly<Record<string, AnyOperationHandler>>;

function buckets(deps: S3Dependencies): Operations {
  return {
    CreateBucket: createBucket(deps),
    DeleteBucket: deleteBucket(deps),
    GetBucketLocation: getBucketLocation(deps),
    GetBucketVersioning: getBucketVersioning(deps),
    HeadBucket: headBucket(deps),
    ListBuckets: listBuckets(deps),
    ListObjects: listObjects(deps),
    ListObjectsV2: listObjectsV2(deps),
    ListObjectVersions: listObjectVersions(deps),
    PutBucketVersioning: putBucketVersioning(deps),
  };
}

function objects(deps: S3Dependencies): Operations {
  return {
    CopyObject: copyObject(deps),
    DeleteObject: deleteObject(deps),
    DeleteObjects: deleteObjects(deps),
    DeleteObjectTagging: deleteObjectTagging(deps),
    GetObject: getObject(deps),
    GetObjectAcl: getObjectAcl(deps),
    GetObjectAttributes: getObjectAttributes(deps),
    GetObjectTagging: getObjectTagging(deps),
    HeadObject: headObject(deps),
    PutObject: putObject(deps),
    PutObjectAcl: putObjectAcl(deps),
    PutObjectTagging: putObjectTagging(deps),
  };
}

function uploads(deps: S3Dependencies): Operations {
  return {
    AbortMultipartUpload: abortMultipartUpload(deps),
    CompleteMultipartUpload: completeMultipartUpload(deps),
    CreateMultipartUpload: createMultipartUpload(deps),
    ListMultipartUploads: listMultipartUploads(deps),
    ListParts: listParts(deps),
    UploadPart: uploadPart(deps),
    UploadPartCopy: uploadPartCopy(deps),
  };
}
