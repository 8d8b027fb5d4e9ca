import { randomBytes } from 'node:crypto';
import type { ChecksumAlgorithm } from '../../../aws/checksums/checksum-algorithms.ts';
import { ServiceError } from '../../../model/service-error.ts';
import type { S3UploadTable } from '../../../store/s3-schema.ts';
import type { ObjectDetails } from '../objects/stored-object.ts';

/** A multipart upload under way. */
export interface StoredUpload {
  readonly uploadId: string;
  readonly bucket: string;
  readonly key: string;
  readonly initiatedAtMs: number;
  readonly details: UploadDetails;
  readonly tags: Readonly<Record<string, string>>;
}

interface UploadDetails {
  /** What the object will have. */
  readonly object: ObjectDetails;
  /** The one its creator chose; undefined: S3's own. */
  readonly algorithm?: ChecksumAlgorithm | undefined;
  readonly checksumType: 'FULL_OBJECT' | 'COMPOSITE';
  /** ARN */
  readonly initiator: string;
}

export function storedUploadOf(row: S3UploadTable): StoredUpload {
  return {
    uploadId: row.upload_id,
    bucket: row.bucket,
    key: row.key,
    initiatedAtMs: row.initiated_at_ms,
    details: JSON.parse(row.details) as UploadDetails,
    tags: row.tags === null ? {} : (JSON.parse(row.tags) as Record<string, string>),
  };
}

/** Ids in their order are in that of time. They stand in a URL as they are, and are longer than those of files. */
export function newUploadId(nowMs: number): string {
  const time = Math.floor(nowMs).toString(36).padStart(10, '0');
  return `${time}.${randomBytes(36).toString('base64url').replaceAll('-', '.')}`;
}

export function noSuchUpload(uploadId: string): ServiceError {
  return new ServiceError(
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    404,
    { UploadId: uploadId },
  );
}
