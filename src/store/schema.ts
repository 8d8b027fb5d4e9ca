import type { AutoscalingActivityTable, AutoscalingDefinitionTable } from './autoscaling-schema.ts';
import type { DeliveryTable } from './delivery-schema.ts';
import type {
  DynamodbContentsTable,
  DynamodbDestinationTable,
  DynamodbEntryTable,
  DynamodbItemTable,
  DynamodbLeftoverTable,
  DynamodbOutgoingRecordTable,
  DynamodbStreamRecordTable,
  DynamodbStreamTable,
  DynamodbTableTable,
  DynamodbTokenTable,
} from './dynamodb-schema.ts';
import type {
  EventsArchivedTable,
  EventsArchiveTable,
  EventsBusTable,
  EventsDiscardedArchiveTable,
  EventsReplayTable,
  EventsRuleTable,
} from './events-schema.ts';
import type { S3Tables } from './s3-schema.ts';
import type { KinesisTables } from './kinesis-schema.ts';
import type { SchedulerGroupTable, SchedulerScheduleTable } from './scheduler-schema.ts';
import type {
  SqsDeduplicationTable,
  SqsDiscardedContentsTable,
  SqsGroupTable,
  SqsMessageTable,
  SqsMoveTaskTable,
  SqsQueueTable,
} from './sqs-schema.ts';
import type { XrayTables } from './xray-schema.ts';
import type { LogGroupTable, LogStreamTable } from './log-schema.ts';
import type { LambdaEventSourceMappingTable, LambdaMappingCheckpointTable } from './mapping-schema.ts';
import type { IamEntityTable, IamLockTable, PlatformKeyTable } from './iam-schema.ts';
import type { PlatformTables } from './platform-schema.ts';
import type {
  SnsDeduplicationTable,
  SnsSequenceTable,
  SnsSubscriptionTable,
  SnsTopicTable,
} from './sns-schema.ts';

/**
 * The tables, as Kysely sees them. JSON documents are text columns on both engines; times are milliseconds since the
 * Unix epoch in bigint columns, read as numbers. A table belongs to one service; its migration stands in `migrations/`.
 */
export interface Database extends S3Tables, KinesisTables, XrayTables, PlatformTables {
  lambda_functions: LambdaFunctionTable;
  lambda_function_settings: LambdaFunctionSettingsTable;
  lambda_aliases: LambdaAliasTable;
  lambda_layers: LambdaLayerTable;
  lambda_layer_versions: LambdaLayerVersionTable;
  lambda_resource_policies: LambdaResourcePolicyTable;
  lambda_provisioned_concurrency: LambdaQualifierTable;
  lambda_concurrency_locks: LambdaConcurrencyLockTable;
  lambda_event_invoke_configs: LambdaQualifierTable;
  lambda_function_urls: LambdaQualifierTable;
  lambda_code_signing_configs: LambdaCodeSigningConfigTable;
  lambda_async_events: LambdaAsyncEventTable;
  lambda_event_source_mappings: LambdaEventSourceMappingTable;
  lambda_mapping_checkpoints: LambdaMappingCheckpointTable;
  iam_entities: IamEntityTable;
  iam_locks: IamLockTable;
  platform_keys: PlatformKeyTable;
  resource_tags: ResourceTagTable;
  autoscaling_definitions: AutoscalingDefinitionTable;
  autoscaling_activities: AutoscalingActivityTable;
  log_groups: LogGroupTable;
  log_streams: LogStreamTable;
  sns_topics: SnsTopicTable;
  sns_subscriptions: SnsSubscriptionTable;
  sns_deduplications: SnsDeduplicationTable;
  sns_sequences: SnsSequenceTable;
  events_buses: EventsBusTable;
  events_rules: EventsRuleTable;
  scheduler_groups: SchedulerGroupTable;
  scheduler_schedules: SchedulerScheduleTable;
  events_archives: EventsArchiveTable;
  events_discarded_archives: EventsDiscardedArchiveTable;
  events_archived: EventsArchivedTable;
  events_replays: EventsReplayTable;
  deliveries: DeliveryTable;
  dynamodb_tables: DynamodbTableTable;
  dynamodb_items: DynamodbItemTable;
  dynamodb_contents: DynamodbContentsTable;
  dynamodb_leftovers: DynamodbLeftoverTable;
  dynamodb_entries: DynamodbEntryTable;
  dynamodb_streams: DynamodbStreamTable;
  dynamodb_stream_records: DynamodbStreamRecordTable;
  dynamodb_tokens: DynamodbTokenTable;
  dynamodb_destinations: DynamodbDestinationTable;
  dynamodb_outgoing_records: DynamodbOutgoingRecordTable;
  sqs_queues: SqsQueueTable;
  sqs_discarded_contents: SqsDiscardedContentsTable;
  sqs_messages: SqsMessageTable;
  sqs_groups: SqsGroupTable;
  sqs_deduplications: SqsDeduplicationTable;
  sqs_move_tasks: SqsMoveTaskTable;
  blobs: BlobTable;
  blob_references: BlobReferenceTable;
}

/** One row for `$LATEST` and one for each published version. */
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
  /** Size of the version's package, bytes: `codeSize` of the configuration. */
  code_size: number;
}

/** What belongs to a function as a whole. One row for each function, made with it. */
export interface LambdaFunctionSettingsTable {
  account_id: string;
  region: string;
  name: string;
  /** Number of the next published version; numbers are never used again. */
  next_version: number;
  /** Null: the function shares the account's unreserved concurrency. */
  reserved_concurrency: number | null;
  /** `Allow` or `Terminate`; null: never set. */
  recursive_loop: string | null;
  code_signing_config_arn: string | null;
}

export interface LambdaAliasTable {
  account_id: string;
  region: string;
  function_name: string;
  name: string;
  /** A StoredAlias, JSON. */
  configuration: string;
  revision_id: string;
}

/** Remembers the highest version of a layer, deleted ones included. */
export interface LambdaLayerTable {
  account_id: string;
  region: string;
  name: string;
  last_version: number;
}

export interface LambdaLayerVersionTable {
  account_id: string;
  region: string;
  name: string;
  version: number;
  /** JSON */
  configuration: string;
  /** Size of its archive, bytes: `codeSize` of the configuration. */
  code_size: number;
}

/** Policies of functions, versions, aliases and layer versions. */
export interface LambdaResourcePolicyTable {
  /** With its qualifier. */
  resource_arn: string;
  /** The policy document, JSON. */
  policy: string;
  revision_id: string;
}

/** One document for a version, an alias or `$LATEST` of a function. */
export interface LambdaQualifierTable {
  account_id: string;
  region: string;
  function_name: string;
  qualifier: string;
  /** JSON */
  configuration: string;
}

/** Rows to hold the lock of: one writer at a time adds to the claims on an account's concurrency. */
export interface LambdaConcurrencyLockTable {
  account_id: string;
  region: string;
}

export interface LambdaCodeSigningConfigTable {
  account_id: string;
  region: string;
  /** `csc-` and 17 characters. */
  id: string;
  /** JSON */
  configuration: string;
}

/** An event between its 202 and the end of its last attempt. */
export interface LambdaAsyncEventTable {
  /** UUID of the event itself: two events may share a request id, since callers can send one. */
  id: string;
  account_id: string;
  region: string;
  function_name: string;
  /** As the caller gave it: resolved at each attempt. Null: none. */
  qualifier: string | null;
  /** The same at every attempt. */
  request_id: string;
  trace_header: string;
  /** The event's JSON text. */
  payload: string;
  accepted_at_ms: number;
  /** When the next attempt is due; of a claimed event, when the claim lapses. */
  due_at_ms: number;
  /** Runs of the function so far. */
  attempts: number;
  /** Throttles and platform errors since the last run: they set the backoff and use up no attempt. */
  setbacks: number;
  /** The platform that has it in hand. */
  claimed_by: string | null;
}

export interface ResourceTagTable {
  resource_arn: string;
  key: string;
  value: string;
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
