import type { S3ObjectTable } from '../../../store/s3-schema.ts';
import type { Grants } from '../lists/grants.ts';

/** What an object has beside its bytes. Names of headers are the API's. */
export interface ObjectDetails {
  readonly headers: ObjectHeaders;
  /** By name in lower case, without `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly storageClass: string;
  /** Base64 by algorithm, e.g. `CRC32`; those of parts put together end in `-<parts>`. */
  readonly checksums: Readonly<Record<string, string>>;
  readonly checksumType: 'FULL_OBJECT' | 'COMPOSITE';
  readonly websiteRedirect?: string | undefined;
  /** Undefined: it is the bucket owner's, whom its list lets in and nobody else. */
  readonly access?: ObjectAccess | undefined;
}

/** Whose an object is, by canonical id, and whom its access control list lets in. */
export interface ObjectAccess {
  readonly ownerId: string;
  readonly grants: Grants;
}

export interface ObjectHeaders {
  readonly ContentType?: string | undefined;
  readonly CacheControl?: string | undefined;
  readonly ContentDisposition?: string | undefined;
  readonly ContentEncoding?: string | undefined;
  readonly ContentLanguage?: string | undefined;
  /** As it was sent: dates are not looked into. */
  readonly Expires?: string | undefined;
}

/** A version of an object, or a delete marker. */
export interface StoredObject {
  readonly bucket: string;
  readonly key: string;
  readonly sequence: number;
  readonly versionId: string;
  readonly isLatest: boolean;
  readonly isDeleteMarker: boolean;
  /** Without quotes. */
  readonly etag: string;
  readonly size: number;
  /** Whole seconds, as HTTP has them. */
  readonly modifiedAt: Date;
  readonly contentId: string | undefined;
  /** Of an object that was uploaded in parts. */
  readonly partCount: number | undefined;
  readonly details: ObjectDetails;
  readonly tags: Readonly<Record<string, string>>;
}

export function storedObjectOf(row: S3ObjectTable): StoredObject {
  return {
    bucket: row.bucket,
    key: row.key,
    sequence: row.sequence,
    versionId: row.version_id,
    isLatest: row.is_latest === 1,
    isDeleteMarker: row.is_delete_marker === 1,
    etag: row.etag,
    size: row.size,
    modifiedAt: wholeSeconds(row.modified_at_ms),
    contentId: row.content_id ?? undefined,
    partCount: row.part_count ?? undefined,
    details: JSON.parse(row.details) as ObjectDetails,
    tags: row.tags === null ? {} : (JSON.parse(row.tags) as Record<string, string>),
  };
}

export function wholeSeconds(ms: number): Date {
  return new Date(Math.floor(ms / 1000) * 1000);
}

/** Only versioned buckets speak of versions. */
export function shownVersion(versioning: string, versionId: string): { readonly VersionId?: string } {
  return versioning === '' ? {} : { VersionId: versionId };
}
