import type { PutBucketLoggingRequest, PutBucketRequestPaymentRequest } from '@aws-sdk/client-s3';
import type { AnyOperationHandler } from '../../../aws/service.ts';
import { ServiceError } from '../../../model/service-error.ts';
import { admit, type Named } from '../permissions/bucket-access.ts';
import type { S3Dependencies } from '../s3-dependencies.ts';
import { notBuilt } from '../s3-errors.ts';
import { notSet } from './unset-settings.ts';

/**
 * Sub-resources that are not built: putting one is refused by name, and reading answers as AWS does for a bucket that
 * never had one.
 */
export function unbuiltSettings(deps: S3Dependencies): Readonly<Record<string, AnyOperationHandler>> {
  const answering =
    (action: string, answer: (bucket: string) => unknown): AnyOperationHandler =>
    async (input: Named, context) => {
      const { name } = await admit(deps, input, context, action);
      return answer(name);
    };
  const refusing = (action: string, what: string): AnyOperationHandler =>
    answering(action, () => {
      throw notBuilt(action, what);
    });
  const missing = (action: string, setting: Parameters<typeof notSet>[0]): AnyOperationHandler =>
    answering(action, (bucket) => {
      throw notSet(setting, bucket);
    });
  const nothing = (action: string): AnyOperationHandler => answering(action, () => undefined);
  const byId = (
    name: string,
    what: string,
    plural: string,
  ): Readonly<Record<string, AnyOperationHandler>> => ({
    [`GetBucket${name}`]: missing(`Get${plural}`, 'byId'),
    [`ListBucket${name}s`]: answering(`Get${plural}`, () => ({ IsTruncated: false })),
    [`PutBucket${name}`]: refusing(`Put${plural}`, what),
    [`DeleteBucket${name}`]: missing(`Put${plural}`, 'byId'),
  });
  return {
    ...byId('AnalyticsConfiguration', 'analytics', 'AnalyticsConfiguration'),
    ...byId('InventoryConfiguration', 'inventories', 'InventoryConfiguration'),
    ...byId('MetricsConfiguration', 'metrics of buckets', 'MetricsConfiguration'),
    ...byId('IntelligentTieringConfiguration', 'intelligent tiering', 'IntelligentTieringConfiguration'),
    GetBucketWebsite: missing('GetBucketWebsite', 'website'),
    PutBucketWebsite: refusing('PutBucketWebsite', 'websites'),
    DeleteBucketWebsite: nothing('DeleteBucketWebsite'),
    GetBucketReplication: missing('GetReplicationConfiguration', 'replication'),
    PutBucketReplication: refusing('PutReplicationConfiguration', 'replication'),
    DeleteBucketReplication: nothing('PutReplicationConfiguration'),
    GetObjectLockConfiguration: missing('GetBucketObjectLockConfiguration', 'objectLock'),
    PutObjectLockConfiguration: refusing('PutBucketObjectLockConfiguration', 'object lock'),
    ...objectLock(answering),
    GetBucketAccelerateConfiguration: answering('GetAccelerateConfiguration', () => ({})),
    PutBucketAccelerateConfiguration: refusing('PutAccelerateConfiguration', 'transfer acceleration'),
    GetBucketLogging: answering('GetBucketLogging', () => ({})),
    PutBucketLogging: putBucketLogging(deps),
    GetBucketRequestPayment: answering('GetBucketRequestPayment', () => ({ Payer: 'BucketOwner' })),
    PutBucketRequestPayment: putBucketRequestPayment(deps),
  };
}

/** Of single objects, in buckets that have no lock. */
function objectLock(
  answering: (action: string, answer: () => unknown) => AnyOperationHandler,
): Readonly<Record<string, AnyOperationHandler>> {
  const unlocked = (action: string): AnyOperationHandler =>
    answering(action, () => {
      throw new ServiceError('InvalidRequest', 'Bucket is missing Object Lock Configuration');
    });
  return {
    GetObjectRetention: unlocked('GetObjectRetention'),
    PutObjectRetention: unlocked('PutObjectRetention'),
    GetObjectLegalHold: unlocked('GetObjectLegalHold'),
    PutObjectLegalHold: unlocked('PutObjectLegalHold'),
  };
}

/** Switching it off is what every bucket has. */
function putBucketLogging(deps: S3Dependencies): AnyOperationHandler {
  return async (input: PutBucketLoggingRequest, context) => {
    await admit(deps, input, context, 'PutBucketLogging');
    if (input.BucketLoggingStatus?.LoggingEnabled !== undefined)
      throw notBuilt('PutBucketLogging', 'access logs of buckets');
    return undefined;
  };
}

function putBucketRequestPayment(deps: S3Dependencies): AnyOperationHandler {
  return async (input: PutBucketRequestPaymentRequest, context) => {
    await admit(deps, input, context, 'PutBucketRequestPayment');
    if (input.RequestPaymentConfiguration?.Payer === 'Requester')
      throw notBuilt('PutBucketRequestPayment', 'requesters that pay');
    return undefined;
  };
}
