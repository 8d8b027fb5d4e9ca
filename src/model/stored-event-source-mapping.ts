import type { MappingState } from './event-source-mapping-state.ts';
import { partitionOf } from './stored-function.ts';

/** What is polled. Standard and FIFO queues differ in their rules; `kafka` is the self-managed kind. */
export type EventSourceKind =
  | 'sqs'
  | 'sqs-fifo'
  | 'kinesis'
  | 'dynamodb'
  | 'msk'
  | 'kafka'
  | 'mq'
  | 'documentdb';

/** Everything stored for one event source mapping. Plain JSON. */
export interface StoredMapping {
  readonly accountId: string;
  readonly region: string;
  readonly uuid: string;
  readonly kind: EventSourceKind;
  /** With exactly the qualifier that was given, `$LATEST` included. */
  readonly functionArn: string;
  /** What the owner wants; `state` follows. */
  readonly enabled: boolean;
  readonly state: MappingState;
  readonly stateTransitionReason: string;
  /** Streams show one before they have processed anything. */
  readonly lastProcessingResult?: string;
  /** Platform time, milliseconds since the Unix epoch. */
  readonly lastModifiedMs: number;
  /** Milliseconds since the Unix epoch; set exactly when the starting position is AT_TIMESTAMP. */
  readonly startingPositionTimestampMs?: number;
  readonly settings: MappingSettings;
}

/** The settings as the API shows them, defaults filled in, under the API's own names. */
export interface MappingSettings {
  readonly EventSourceArn?: string | undefined;
  readonly SelfManagedEventSource?: { readonly Endpoints?: Endpoints | undefined } | undefined;
  readonly BatchSize?: number | undefined;
  readonly MaximumBatchingWindowInSeconds?: number | undefined;
  readonly FilterCriteria?: { readonly Filters?: MappingFilter[] | undefined } | undefined;
  readonly KMSKeyArn?: string | undefined;
  readonly MetricsConfig?: { readonly Metrics?: string[] | undefined } | undefined;
  readonly LoggingConfig?: { readonly SystemLogLevel?: string | undefined } | undefined;
  readonly ScalingConfig?: { readonly MaximumConcurrency?: number | undefined } | undefined;
  readonly ProvisionedPollerConfig?: ProvisionedPollers | undefined;
  readonly ParallelizationFactor?: number | undefined;
  readonly StartingPosition?: string | undefined;
  readonly DestinationConfig?: MappingDestination | undefined;
  /** -1: forever. */
  readonly MaximumRecordAgeInSeconds?: number | undefined;
  readonly BisectBatchOnFunctionError?: boolean | undefined;
  /** -1: without end. */
  readonly MaximumRetryAttempts?: number | undefined;
  readonly TumblingWindowInSeconds?: number | undefined;
  readonly FunctionResponseTypes?: string[] | undefined;
  readonly Topics?: string[] | undefined;
  readonly Queues?: string[] | undefined;
  readonly SourceAccessConfigurations?: SourceAccess[] | undefined;
  readonly AmazonManagedKafkaEventSourceConfig?: KafkaConsumer | undefined;
  readonly SelfManagedKafkaEventSourceConfig?: KafkaConsumer | undefined;
  readonly DocumentDBEventSourceConfig?: DocumentDbSource | undefined;
}

type Endpoints = { readonly KAFKA_BOOTSTRAP_SERVERS?: string[] | undefined };

interface MappingFilter {
  readonly Pattern?: string | undefined;
}

interface ProvisionedPollers {
  readonly MinimumPollers?: number | undefined;
  readonly MaximumPollers?: number | undefined;
  readonly PollerGroupName?: string | undefined;
}

interface MappingDestination {
  readonly OnFailure?: { readonly Destination?: string | undefined } | undefined;
}

interface SourceAccess {
  readonly Type?: string | undefined;
  readonly URI?: string | undefined;
}

interface KafkaConsumer {
  readonly ConsumerGroupId?: string | undefined;
  readonly ConsumptionMode?: string | undefined;
  readonly SchemaRegistryConfig?: object | undefined;
}

interface DocumentDbSource {
  readonly DatabaseName?: string | undefined;
  readonly CollectionName?: string | undefined;
  readonly FullDocument?: string | undefined;
}

/** What names a mapping. */
export type MappingKey = Pick<StoredMapping, 'accountId' | 'region' | 'uuid'>;

/** A mapping from its row. What processing came to last has a column of its own: it changes without its owner. */
export function mappingOf(row: {
  readonly configuration: string;
  readonly last_result: string | null;
}): StoredMapping {
  const { lastProcessingResult: _, ...mapping } = JSON.parse(row.configuration) as StoredMapping;
  return row.last_result === null ? mapping : { ...mapping, lastProcessingResult: row.last_result };
}

export function mappingArn({ accountId, region, uuid }: MappingKey): string {
  return `arn:${partitionOf(region)}:lambda:${region}:${accountId}:event-source-mapping:${uuid}`;
}
