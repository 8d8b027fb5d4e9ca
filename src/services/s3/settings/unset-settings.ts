import { ServiceError } from '../../../model/service-error.ts';

/** Codes and texts of AWS for the sub-resources a bucket does not have. */
const MISSING = {
  policy: ['NoSuchBucketPolicy', 'The bucket policy does not exist'],
  publicAccessBlock: [
    'NoSuchPublicAccessBlockConfiguration',
    'The public access block configuration was not found',
  ],
  ownership: ['OwnershipControlsNotFoundError', 'The bucket ownership controls were not found'],
  tags: ['NoSuchTagSet', 'The TagSet does not exist'],
  cors: ['NoSuchCORSConfiguration', 'The CORS configuration does not exist'],
  lifecycle: ['NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist'],
  website: ['NoSuchWebsiteConfiguration', 'The specified bucket does not have a website configuration'],
  replication: ['ReplicationConfigurationNotFoundError', 'The replication configuration was not found'],
  objectLock: [
    'ObjectLockConfigurationNotFoundError',
    'Object Lock configuration does not exist for this bucket',
  ],
  byId: ['NoSuchConfiguration', 'The specified configuration does not exist.'],
} as const;

export function notSet(setting: keyof typeof MISSING, bucket: string): ServiceError {
  const [code, message] = MISSING[setting];
  return new ServiceError(code, message, 404, { BucketName: bucket });
}
