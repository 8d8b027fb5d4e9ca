import type { CreateMultipartUploadRequest } from '@aws-sdk/client-s3';
import { type ChecksumAlgorithm, isCombinable } from '../../../aws/checksums/checksum-algorithms.ts';
import { checkAlgorithm } from '../contents/checksum-plan.ts';
import { invalidRequest } from '../s3-errors.ts';

type Type = 'FULL_OBJECT' | 'COMPOSITE';

/** How the checksum of an upload's object comes about. @throws InvalidRequest for what cannot be */
export function uploadChecksum({
  ChecksumAlgorithm: named,
  ChecksumType: type,
}: Pick<CreateMultipartUploadRequest, 'ChecksumAlgorithm' | 'ChecksumType'>): {
  readonly algorithm: ChecksumAlgorithm | undefined;
  readonly checksumType: Type;
} {
  const algorithm = checkAlgorithm(named);
  if (type !== undefined && type !== 'FULL_OBJECT' && type !== 'COMPOSITE') {
    throw invalidRequest('Value for x-amz-checksum-type header is invalid.');
  }
  if (algorithm === undefined) {
    if (type === undefined) return { algorithm, checksumType: 'FULL_OBJECT' };
    throw invalidRequest(
      'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.',
    );
  }
  const isWholeOnly = algorithm === 'CRC64NVME';
  const checksumType = type ?? (isWholeOnly ? 'FULL_OBJECT' : 'COMPOSITE');
  const fits = checksumType === 'FULL_OBJECT' ? isCombinable(algorithm) : !isWholeOnly;
  if (fits) return { algorithm, checksumType };
  throw invalidRequest(
    `The ${checksumType} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
  );
}
