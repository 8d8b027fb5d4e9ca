import type {
  GetBucketEncryptionOutput,
  PutBucketEncryptionRequest,
  ServerSideEncryptionRule,
} from '@aws-sdk/client-s3';
import { ServiceError } from '../../../model/service-error.ts';
import { malformedXml, notBuilt } from '../s3-errors.ts';

/** Every object is said to be encrypted with S3's own keys: what else AWS offers needs a key service. */
const EVERY_BUCKETS: ServerSideEncryptionRule = {
  ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' },
  BucketKeyEnabled: false,
};

export function readEncryption({
  ServerSideEncryptionConfiguration: given,
}: PutBucketEncryptionRequest): unknown {
  const [rule, ...more] = given?.Rules ?? [];
  if (rule === undefined || more.length > 0) throw malformedXml();
  const { SSEAlgorithm: algorithm, KMSMasterKeyID: key } = rule.ApplyServerSideEncryptionByDefault ?? {};
  if (algorithm === 'AES256' && key !== undefined) {
    const message =
      'a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse';
    throw new ServiceError('InvalidArgument', message, 400, {
      ArgumentName: 'ApplyServerSideEncryptionByDefault',
    });
  }
  if (algorithm !== undefined && algorithm !== 'AES256')
    throw notBuilt('SSEAlgorithm', `encryption with ${algorithm}`);
  const blocked = rule.BlockedEncryptionTypes;
  const kept = {
    ...(rule.BucketKeyEnabled === true && { BucketKeyEnabled: true }),
    // It holds whatever is blocked: keys of customers are refused everywhere.
    ...(blocked !== undefined && { BlockedEncryptionTypes: blocked }),
  };
  // Nothing to remember but what every bucket has.
  return Object.keys(kept).length > 0 ? kept : undefined;
}

export function writeEncryption(stored: unknown): GetBucketEncryptionOutput {
  const rule = { ...EVERY_BUCKETS, ...(stored as Partial<ServerSideEncryptionRule> | undefined) };
  return { ServerSideEncryptionConfiguration: { Rules: [rule] } };
}
