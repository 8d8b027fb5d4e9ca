import { createHash } from 'node:crypto';
import type { CompleteMultipartUploadRequest } from '@aws-sdk/client-s3';
import { badChecksum } from '../../../aws/body-digests.ts';
import { combinedChecksum, compositeChecksum } from '../../../aws/checksums/checksum-algorithms.ts';
import { ServiceError } from '../../../model/service-error.ts';
import type { S3PartTable } from '../../../store/s3-schema.ts';
import { DEFAULT_ALGORITHM, givenChecksums } from '../contents/checksum-plan.ts';
import { invalidRequest, malformedXml } from '../s3-errors.ts';
import type { StoredUpload } from './stored-upload.ts';

/** All but the last part are at least so large. */
const LEAST_BYTES = 5 * 1024 * 1024;

export interface CompletedObject {
  readonly parts: readonly S3PartTable[];
  /** Without quotes: the MD5 of the parts' MD5s, and their number. */
  readonly etag: string;
  readonly size: number;
  readonly checksums: Readonly<Record<string, string>>;
}

/**
 * Holds the list of a CompleteMultipartUpload against the parts that were uploaded.
 * @throws MalformedXML, InvalidPartOrder, InvalidPart, EntityTooSmall, InvalidRequest, BadDigest
 */
export function completedObject(
  upload: StoredUpload,
  uploaded: readonly S3PartTable[],
  input: CompleteMultipartUploadRequest,
): CompletedObject {
  const listed = input.MultipartUpload?.Parts ?? [];
  if (listed.length === 0) throw malformedXml();
  const byNumber = new Map(uploaded.map((part) => [part.part_number, part]));
  let before = 0;
  const parts = listed.map((item) => {
    const number = item.PartNumber ?? 0;
    if (number <= before) throw invalidPartOrder(upload);
    before = number;
    const part = byNumber.get(number);
    const etag = item.ETag?.replaceAll('"', '');
    if (part === undefined || part.etag !== etag) throw invalidPart(upload, number, etag);
    checkPartChecksums(upload, part, item);
    return part;
  });
  for (const part of parts.slice(0, -1)) if (part.size < LEAST_BYTES) throw entityTooSmall(part);
  const md5 = createHash('md5');
  for (const { etag } of parts) md5.update(Buffer.from(etag, 'hex'));
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  const checksums = wholeChecksum(upload, parts);
  checkWhole(upload, input, size, checksums);
  return { parts, size, checksums, etag: `${md5.digest('hex')}-${parts.length}` };
}

type ListedPart = NonNullable<
  NonNullable<CompleteMultipartUploadRequest['MultipartUpload']>['Parts']
>[number];

function checkPartChecksums(upload: StoredUpload, part: S3PartTable, item: ListedPart): void {
  const stored = JSON.parse(part.checksums) as Record<string, string>;
  const given = givenChecksums(item);
  const { algorithm, checksumType } = upload.details;
  if (algorithm !== undefined && checksumType === 'COMPOSITE' && given.length === 0) {
    throw invalidRequest(
      `The upload was created using a ${algorithm.toLowerCase()} checksum. The complete request must include the checksum for each part. It was missing for part ${part.part_number} in the request.`,
    );
  }
  for (const { algorithm: name, value } of given) {
    if (stored[name] !== value) throw invalidPart(upload, part.part_number, part.etag);
  }
}

function wholeChecksum({ details }: StoredUpload, parts: readonly S3PartTable[]): Record<string, string> {
  const algorithm = details.algorithm ?? DEFAULT_ALGORITHM;
  const pieces = parts.map(({ size, checksums }) => {
    const value = (JSON.parse(checksums) as Record<string, string>)[algorithm];
    if (value === undefined) throw new Error(`A part has no ${algorithm}.`);
    return { size, value };
  });
  const whole = details.checksumType === 'COMPOSITE' ? compositeChecksum : combinedChecksum;
  return { [algorithm]: whole(algorithm, pieces) };
}

function checkWhole(
  { details }: StoredUpload,
  input: CompleteMultipartUploadRequest,
  size: number,
  checksums: Readonly<Record<string, string>>,
): void {
  const { MpuObjectSize: declared, ChecksumType: type } = input;
  if (declared !== undefined && declared !== size) {
    throw invalidRequest(
      `The provided 'x-amz-mp-object-size' header value ${declared} does not match what was computed: ${size}`,
    );
  }
  if (type !== undefined && type !== details.checksumType) {
    throw invalidRequest(
      `The upload was created using the ${details.checksumType} checksum mode. The complete request must use the same checksum mode.`,
    );
  }
  for (const { algorithm, value } of givenChecksums(input)) {
    const computed = checksums[algorithm];
    if (computed === undefined) throw invalidRequest('Checksum Type mismatch occurred');
    // Without its number of parts a composite checksum counts as well.
    if (computed !== value && computed.split('-', 1)[0] !== value) throw badChecksum(algorithm);
  }
}

function invalidPartOrder({ uploadId }: StoredUpload): ServiceError {
  return new ServiceError(
    'InvalidPartOrder',
    'The list of parts was not in ascending order. The parts list must be specified in order by part number.',
    400,
    { UploadId: uploadId },
  );
}

function invalidPart({ uploadId }: StoredUpload, number: number, etag = ''): ServiceError {
  return new ServiceError(
    'InvalidPart',
    "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    400,
    { UploadId: uploadId, PartNumber: number, ETag: etag },
  );
}

function entityTooSmall({ size, part_number, etag }: S3PartTable): ServiceError {
  return new ServiceError(
    'EntityTooSmall',
    'Your proposed upload is smaller than the minimum allowed size',
    400,
    { ProposedSize: size, MinSizeAllowed: LEAST_BYTES, PartNumber: part_number, ETag: etag },
  );
}
