import type { PutObjectRequest } from '@aws-sdk/client-s3';
import { ServiceError } from '../../../model/service-error.ts';
import { invalidArgument, notBuilt } from '../s3-errors.ts';

export type RefusedSettings = Pick<
  PutObjectRequest,
  | 'BucketKeyEnabled'
  | 'ObjectLockEventHold'
  | 'ObjectLockEventHoldDurationDays'
  | 'ObjectLockEventHoldDurationYears'
  | 'ObjectLockLegalHoldStatus'
  | 'ObjectLockMode'
  | 'ObjectLockRetainUntilDate'
  | 'SSECustomerAlgorithm'
  | 'SSECustomerKey'
  | 'SSECustomerKeyMD5'
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
    input.ObjectLockLegalHoldStatus !== undefined ||
    input.ObjectLockEventHold !== undefined ||
    input.ObjectLockEventHoldDurationDays !== undefined ||
    input.ObjectLockEventHoldDurationYears !== undefined
  ) {
    throw new ServiceError('InvalidRequest', 'Bucket is missing Object Lock Configuration');
  }
}

export type CustomerKey = Pick<
  PutObjectRequest,
  'SSECustomerAlgorithm' | 'SSECustomerKey' | 'SSECustomerKeyMD5'
>;

/** Of a reader who brings a key: no object is locked with one. */
export function refuseCustomerKey(input: CustomerKey): void {
  if (hasCustomerKey(input))
    throw new ServiceError('InvalidRequest', 'The encryption parameters are not applicable to this object.');
}

/** Of a request about an upload in parts that was begun, like all of them, without a key. */
export function refuseKeyOfUpload(input: CustomerKey): void {
  if (hasCustomerKey(input))
    throw new ServiceError(
      'InvalidRequest',
      'The multipart upload initiate did not request encryption. Please resend the request without sending encryption parameters.',
    );
}

function hasCustomerKey({ SSECustomerAlgorithm, SSECustomerKey, SSECustomerKeyMD5 }: CustomerKey): boolean {
  return [SSECustomerAlgorithm, SSECustomerKey, SSECustomerKeyMD5].some((given) => given !== undefined);
}

function refuseEncryption(input: RefusedSettings): void {
  const { ServerSideEncryption: kind } = input;
  if (hasCustomerKey(input)) {
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
