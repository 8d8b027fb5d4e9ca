import type { PutObjectRequest } from '@aws-sdk/client-s3';
import { ServiceError } from '../../../model/service-error.ts';
import { invalidArgument, notBuilt } from '../s3-errors.ts';

export type RefusedSettings = Pick<
  PutObjectRequest,
  | 'BucketKeyEnabled'
  | 'ObjectLockLegalHoldStatus'
  | 'ObjectLockMode'
  | 'ObjectLockRetainUntilDate'
  | 'SSECustomerAlgorithm'
  | 'SSECustomerKey'
  | 'SSEKMSEncryptionContext'
  | 'SSEKMSKeyId'
  | 'ServerSideEncryption'
>;

/** Refuses what an object of ours cannot have, so that nothing is accepted that has no effect. */
export function refuseSettings(input: RefusedSettings): void {
  refuseEncryption(input);
  if (
    input.ObjectLockMode !== undefined ||
    input.ObjectLockRetainUntilDate !== undefined ||
    input.ObjectLockLegalHoldStatus !== undefined
  ) {
    throw new ServiceError('InvalidRequest', 'Bucket is missing Object Lock Configuration');
  }
}

function refuseEncryption(input: RefusedSettings): void {
  const { ServerSideEncryption: kind } = input;
  if (input.SSECustomerAlgorithm !== undefined || input.SSECustomerKey !== undefined) {
    throw notBuilt('x-amz-server-side-encryption-customer-algorithm', 'encryption with keys of customers');
  }
  if (kind?.startsWith('aws:') === true) {
    throw notBuilt('x-amz-server-side-encryption', 'encryption with KMS keys');
  }
  if (kind !== undefined && kind !== 'AES256') {
    throw invalidArgument(
      'The encryption method specified is not supported',
      'x-amz-server-side-encryption',
      kind,
    );
  }
  if (
    input.SSEKMSKeyId !== undefined ||
    input.SSEKMSEncryptionContext !== undefined ||
    input.BucketKeyEnabled === true
  ) {
    throw invalidArgument(
      'Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms',
      'x-amz-server-side-encryption',
      kind,
    );
  }
}
