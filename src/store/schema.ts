/**
 * The tables, as Kysely sees them. JSON documents are text columns on both engines; times are milliseconds since the
 * Unix epoch in bigint columns, read as numbers. A table belongs to one service; its migration stands in `migrations/`.
 */
export interface Database {
  lambda_functions: LambdaFunctionTable;
  resource_tags: ResourceTagTable;
  log_groups: LogGroupTable;
  log_streams: LogStreamTable;
  blobs: BlobTable;
  blob_references: BlobReferenceTable;
}

/** One row for `$LATEST` and, later, one for each published version. */
export interface LambdaFunctionTable {
  account_id: string;
  region: string;
  name: string;
  /** `$LATEST` or a number as text. */
  version: string;
  /** The function's configuration as services/lambda stores it, JSON. */
  configuration: string;
  /** While an update is in progress: the configuration that still serves invokes, JSON. */
  serving_configuration: string | null;
  revision_id: string;
}

export interface ResourceTagTable {
  resource_arn: string;
  key: string;
  value: string;
}

export interface LogGroupTable {
  account_id: string;
  region: string;
  name: string;
  created_at_ms: number;
  retention_days: number | null;
}

export interface LogStreamTable {
  account_id: string;
  region: string;
  group_name: string;
  name: string;
  created_at_ms: number;
  /** Where the stream's event segments are, relative to the log directory. */
  directory: string;
}

export interface BlobTable {
  /** SHA-256 of the content, lower-case hex. */
  sha256: string;
  size: number;
}

/** Who needs a blob. A blob without references is removed. */
export interface BlobReferenceTable {
  sha256: string;
  /** e.g. the function version's ARN */
  owner: string;
}
