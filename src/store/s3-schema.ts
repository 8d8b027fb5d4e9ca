/** The tables of S3. */
export interface S3Tables {
  s3_buckets: S3BucketTable;
  s3_objects: S3ObjectTable;
  s3_contents: S3ContentTable;
  s3_parts: S3PartTable;
  s3_uploads: S3UploadTable;
  s3_discarded_files: S3DiscardedFileTable;
}

/** Bucket names are unique across all accounts and Regions of the platform, so a bucket's name stands for both in what it holds. */
export interface S3BucketTable {
  name: string;
  account_id: string;
  region: string;
  created_at_ms: number;
  /** Empty: never switched on. */
  versioning: '' | 'Enabled' | 'Suspended';
  /** JSON object: the sub-resources that were put, such as `policy` and `cors`, each as its service understands it. */
  settings: string;
}

/** Versions of objects, delete markers among them. */
export interface S3ObjectTable {
  bucket: string;
  key: string;
  /** Increases from version to version of a key; about platform time in microseconds. */
  sequence: number;
  /** `null` for what was written while versioning was not on. */
  version_id: string;
  /** 1: what is read when no version is named. One for each key. */
  is_latest: number;
  is_delete_marker: number;
  /** Without quotes; empty for delete markers. */
  etag: string;
  size: number;
  modified_at_ms: number;
  /** Null: there are no bytes. */
  content_id: string | null;
  /** Of an object that was uploaded in parts. */
  part_count: number | null;
  /** Headers, metadata, checksums, JSON. */
  details: string;
  /** JSON object */
  tags: string | null;
}

/** Bytes that objects refer to. Copies share them. Without parts they are one file of the content's name. */
interface S3ContentTable {
  content_id: string;
  size: number;
  /** Versions of objects that need it; its parts and files go with the last. */
  reference_count: number;
}

/** Parts of multipart uploads, and later of the contents they have become. */
export interface S3PartTable {
  /** The upload's id, which becomes the content's. */
  content_id: string;
  part_number: number;
  file_id: string;
  size: number;
  /** MD5, hex */
  etag: string;
  /** JSON object by algorithm, base64 */
  checksums: string;
  modified_at_ms: number;
}

export interface S3UploadTable {
  upload_id: string;
  bucket: string;
  key: string;
  initiated_at_ms: number;
  /** What the object will have, JSON. */
  details: string;
  tags: string | null;
}

/** Files that nothing refers to any more and that are still on disk. */
interface S3DiscardedFileTable {
  file_id: string;
}
