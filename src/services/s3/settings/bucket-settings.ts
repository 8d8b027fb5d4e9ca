import type { PutBucketLifecycleConfigurationRequest, PutBucketPolicyRequest } from '@aws-sdk/client-s3';
import type { AnyOperationHandler } from '../../../aws/service.ts';
import { readCors, writeCors } from '../cors/cors-rules.ts';
import { readLifecycle, SMALLEST_TRANSITION, writeLifecycle } from '../lifecycle/lifecycle-document.ts';
import {
  getBucketNotificationConfiguration,
  putBucketNotificationConfiguration,
} from '../notifications/notification-operations.ts';
import { malformedXml } from '../s3-errors.ts';
import type { S3Dependencies } from '../s3-dependencies.ts';
import { bucketLists } from '../lists/bucket-lists.ts';
import { readEncryption, writeEncryption } from './bucket-encryption.ts';
import { NO_CONTROLS, readOwnership, writeOwnership } from '../lists/ownership.ts';
import { checkPolicy, policyOf } from './bucket-policy.ts';
import { type BucketSetting, deleteSetting, getSetting, putSetting, required } from './bucket-setting.ts';
import { readTags, writeTags } from './bucket-tags.ts';
import {
  NO_BLOCK,
  publicAccessBlock,
  readPublicAccessBlock,
  writePublicAccessBlock,
} from './public-access.ts';
import { unbuiltSettings } from './unbuilt-settings.ts';
import { notSet } from './unset-settings.ts';

const POLICY: BucketSetting = {
  name: 'policy',
  read: 'GetBucketPolicy',
  write: 'PutBucketPolicy',
  remove: 'DeleteBucketPolicy',
};
const CORS: BucketSetting = { name: 'cors', read: 'GetBucketCORS', write: 'PutBucketCORS' };
const TAGS: BucketSetting = { name: 'tags', read: 'GetBucketTagging', write: 'PutBucketTagging' };
const BLOCK: BucketSetting = {
  name: 'publicAccessBlock',
  read: 'GetBucketPublicAccessBlock',
  write: 'PutBucketPublicAccessBlock',
};
const OWNERSHIP: BucketSetting = {
  name: 'ownership',
  read: 'GetBucketOwnershipControls',
  write: 'PutBucketOwnershipControls',
};
const ENCRYPTION: BucketSetting = {
  name: 'encryption',
  read: 'GetEncryptionConfiguration',
  write: 'PutEncryptionConfiguration',
};

const LIFECYCLE: BucketSetting = {
  name: 'lifecycle',
  read: 'GetLifecycleConfiguration',
  write: 'PutLifecycleConfiguration',
};

/** All that can be put on a bucket beside objects. */
export function bucketSettings(deps: S3Dependencies): Readonly<Record<string, AnyOperationHandler>> {
  return {
    ...unbuiltSettings(deps),
    ...bucketLists(deps),
    GetBucketPolicy: getSetting(deps, POLICY, (stored, { name }) => ({
      Policy: required(stored, () => notSet('policy', name)) as string,
    })),
    GetBucketPolicyStatus: getSetting(deps, { ...POLICY, read: 'GetBucketPolicyStatus' }, (_, bucket) => {
      const policy = policyOf(bucket);
      if (policy === undefined) throw notSet('policy', bucket.name);
      const isRestricted = publicAccessBlock(bucket.settings)?.RestrictPublicBuckets === true;
      return { PolicyStatus: { IsPublic: policy.isPublic && !isRestricted } };
    }),
    PutBucketPolicy: putSetting(deps, POLICY, ({ Policy: policy }: PutBucketPolicyRequest, bucket) => {
      if (policy === undefined) throw malformedXml();
      return checkPolicy(policy, bucket);
    }),
    DeleteBucketPolicy: deleteSetting(deps, POLICY),
    GetBucketCors: getSetting(deps, CORS, writeCors),
    PutBucketCors: putSetting(deps, CORS, readCors),
    DeleteBucketCors: deleteSetting(deps, CORS),
    GetBucketTagging: getSetting(deps, TAGS, writeTags),
    PutBucketTagging: putSetting(deps, TAGS, readTags),
    DeleteBucketTagging: deleteSetting(deps, TAGS),
    GetPublicAccessBlock: getSetting(deps, BLOCK, writePublicAccessBlock),
    PutPublicAccessBlock: putSetting(deps, BLOCK, readPublicAccessBlock),
    DeletePublicAccessBlock: putSetting(deps, BLOCK, () => NO_BLOCK),
    GetBucketOwnershipControls: getSetting(deps, OWNERSHIP, writeOwnership),
    PutBucketOwnershipControls: putSetting(deps, OWNERSHIP, readOwnership),
    DeleteBucketOwnershipControls: putSetting(deps, OWNERSHIP, () => NO_CONTROLS),
    GetBucketEncryption: getSetting(deps, ENCRYPTION, writeEncryption),
    PutBucketEncryption: putSetting(deps, ENCRYPTION, readEncryption),
    DeleteBucketEncryption: deleteSetting(deps, ENCRYPTION),
    GetBucketLifecycleConfiguration: getSetting(deps, LIFECYCLE, writeLifecycle),
    PutBucketLifecycleConfiguration: putBucketLifecycle(deps),
    DeleteBucketLifecycle: deleteSetting(deps, LIFECYCLE),
    GetBucketNotificationConfiguration: getBucketNotificationConfiguration(deps),
    PutBucketNotificationConfiguration: putBucketNotificationConfiguration(deps),
  };
}

function putBucketLifecycle(deps: S3Dependencies): AnyOperationHandler {
  const put = putSetting(deps, LIFECYCLE, readLifecycle);
  return async (input: PutBucketLifecycleConfigurationRequest, context) => {
    await put({ ...input, Bucket: input.Bucket }, context);
    return { TransitionDefaultMinimumObjectSize: SMALLEST_TRANSITION };
  };
}
