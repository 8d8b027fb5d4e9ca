/** An event source mapping, and which platform polls for it. */
export interface LambdaEventSourceMappingTable {
  account_id: string;
  region: string;
  uuid: string;
  /** `<account>/<region>/<name>` of the function, for lists. */
  function_path: string;
  /** Null: a cluster that has no ARN. */
  event_source_arn: string | null;
  /** A MappingState; also in the configuration. */
  state: string;
  /** A StoredMapping, JSON. */
  configuration: string;
  /** Goes up with every change of the configuration. */
  revision: number;
  /** Shown as LastProcessingResult. */
  last_result: string | null;
  /** The platform that polls. */
  polled_by: string | null;
  /** Until when others keep off, by the database's own time; null where platforms share nothing. */
  polled_until_ms: number | null;
}

/** How far a mapping is with one shard of its stream. */
export interface LambdaMappingCheckpointTable {
  account_id: string;
  region: string;
  uuid: string;
  shard_id: string;
  /** A ShardCheckpoint, JSON. */
  checkpoint: string;
}
