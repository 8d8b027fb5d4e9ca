import type { CreateEventSourceMappingRequest } from '@aws-sdk/client-lambda';
import { GOOD_REQUESTS, SECRET, type SourceKind } from './mapping-requests.ts';

type Change = Partial<Omit<CreateEventSourceMappingRequest, 'FunctionName'>>;

/** What to change in the good request for a source, and the text it is then refused with. */
export interface MappingRefusal {
  readonly id: string;
  readonly kind: SourceKind;
  readonly change: Change;
  readonly message: string;
}

const UNSUPPORTED = (parameter: string): string =>
  `Unsupported ${parameter} parameter for given event source mapping type.`;
const MISSING = (parameter: string): string => `Required '${parameter}' parameter is missing.`;
const FILTER = 'Invalid filter pattern definition.';
const WINDOW =
  'Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10';

const filtered = (Pattern: string): Change => ({ FilterCriteria: { Filters: [{ Pattern }] } });
const failing = (Destination: string): Change => ({ DestinationConfig: { OnFailure: { Destination } } });
const invalidDestination = (arn: string): string =>
  `The provided destination config DestinationConfig(onSuccess=null, onFailure=OnFailure(destination=${arn})) is invalid.`;
const tooSmall = (path: string, value: number, least: number): string =>
  `1 validation error detected: Value '${value}' at '${path}' failed to satisfy constraint: Member must have value greater than or equal to ${least}`;

const LAMBDA_ARN = 'arn:aws:lambda:us-east-1:000000000000:function:other';
const DYNAMODB_ARN = GOOD_REQUESTS.dynamodb.EventSourceArn;

/** Refusals whose texts AWS gave, from recordings and reports. */
export const KNOWN_REFUSALS: readonly MappingRefusal[] = [
  {
    id: 'no-source',
    kind: 'sqs',
    change: { EventSourceArn: undefined },
    message: 'Unrecognized event source.',
  },
  {
    id: 'unknown-source',
    kind: 'sqs',
    change: { EventSourceArn: 'arn:aws:events:us-west-1:000000000000:rule/my-rule' },
    message:
      'Unrecognized event source. Unsupported source arn : arn:aws:events:us-west-1:000000000000:rule/my-rule',
  },
  {
    id: 'starting-position-required',
    kind: 'kinesis',
    change: { StartingPosition: undefined },
    message:
      "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: Member must not be null.",
  },
  {
    id: 'starting-position-of-queue',
    kind: 'sqs',
    change: { StartingPosition: 'LATEST' },
    message: 'StartingPosition is not valid for SQS event sources.',
  },
  {
    id: 'dynamodb-at-timestamp',
    kind: 'dynamodb',
    change: { StartingPosition: 'AT_TIMESTAMP', StartingPositionTimestamp: new Date(0) },
    message: `Unsupported starting position for arn type: ${DYNAMODB_ARN}`,
  },
  {
    id: 'timestamp-missing',
    kind: 'kinesis',
    change: { StartingPosition: 'AT_TIMESTAMP' },
    message: 'Need to specify a timestamp',
  },
  { id: 'batch-without-window', kind: 'sqs', change: { BatchSize: 11 }, message: WINDOW },
  { id: 'batch-without-window', kind: 'sqs-fifo', change: { BatchSize: 11 }, message: WINDOW },
  {
    id: 'fifo-window',
    kind: 'sqs-fifo',
    change: { MaximumBatchingWindowInSeconds: 5 },
    message: 'Batching window is not supported for FIFO queues',
  },
  {
    id: 'destination-of-queue',
    kind: 'sqs',
    change: failing('arn:aws:sqs:us-east-1:000000000000:dead'),
    message: UNSUPPORTED('DestinationConfig'),
  },
  {
    id: 'on-success',
    kind: 'kinesis',
    change: { DestinationConfig: { OnSuccess: { Destination: 'arn:aws:sqs:us-east-1:000000000000:done' } } },
    message: UNSUPPORTED('DestinationConfig'),
  },
  {
    id: 'access-required',
    kind: 'kafka',
    change: { SourceAccessConfigurations: undefined },
    message: MISSING('sourceAccessConfigurations'),
  },
  { id: 'bad-filter', kind: 'sqs', change: filtered('null'), message: FILTER },
  { id: 'bad-filter', kind: 'sqs', change: filtered('"text"'), message: FILTER },
  { id: 'bad-filter', kind: 'sqs', change: filtered('[]'), message: FILTER },
  { id: 'bad-filter', kind: 'kinesis', change: filtered('{"data":{"a":"x"}}'), message: FILTER },
  { id: 'bad-filter', kind: 'mq', change: filtered(''), message: FILTER },
  { id: 'bad-filter', kind: 'mq', change: { FilterCriteria: { Filters: [{}] } }, message: FILTER },
  { id: 'plain-filter-of-stream', kind: 'kinesis', change: filtered('{"data":["x"]}'), message: FILTER },
  { id: 'plain-filter-of-stream', kind: 'dynamodb', change: filtered('{"dynamodb":["x"]}'), message: FILTER },
];

/** Parameters of other sources, each with the name AWS gives it. */
export const UNSUPPORTED_PARAMETERS: readonly MappingRefusal[] = (
  [
    ['sqs', { ParallelizationFactor: 2 }, "'parallelizationFactor'"],
    ['sqs', { BisectBatchOnFunctionError: false }, "'bisectBatchOnFunctionError'"],
    ['sqs', { MaximumRetryAttempts: 0 }, "'maximumRetryAttempts'"],
    ['sqs', { MaximumRecordAgeInSeconds: 60 }, "'maximumRecordAgeInSeconds'"],
    ['sqs', { TumblingWindowInSeconds: 0 }, "'tumblingWindowInSeconds'"],
    ['sqs', { Topics: ['orders'] }, "'topics'"],
    ['sqs', { Queues: ['orders'] }, "'queues'"],
    ['sqs', { LoggingConfig: { SystemLogLevel: 'INFO' } }, "'loggingConfig'"],
    [
      'sqs',
      { SourceAccessConfigurations: [{ Type: 'BASIC_AUTH', URI: SECRET }] },
      "'sourceAccessConfigurations'",
    ],
    ['sqs', { StartingPositionTimestamp: new Date(0) }, "'startingPositionTimestamp'"],
    ['sqs', { MetricsConfig: { Metrics: ['KafkaMetrics'] } }, "'metricsConfig'"],
    ['kinesis', { ScalingConfig: { MaximumConcurrency: 2 } }, "'scalingConfig'"],
    ['kinesis', { ProvisionedPollerConfig: { MinimumPollers: 2 } }, "'provisionedPollerConfig'"],
    ['kinesis', { DocumentDBEventSourceConfig: { DatabaseName: 'a' } }, "'documentDBEventSourceConfig'"],
    ['kinesis', { MetricsConfig: { Metrics: ['EventCount', 'ErrorCount'] } }, "'metricsConfig'"],
    ['dynamodb', { AmazonManagedKafkaEventSourceConfig: {} }, "'amazonManagedKafkaEventSourceConfig'"],
    ['msk', { SelfManagedKafkaEventSourceConfig: {} }, "'selfManagedKafkaEventSourceConfig'"],
    ['msk', { FunctionResponseTypes: ['ReportBatchItemFailures'] }, "'functionResponseTypes'"],
    ['kafka', { MaximumRetryAttempts: 3 }, "'maximumRetryAttempts'"],
    ['kafka', { TumblingWindowInSeconds: 30 }, "'tumblingWindowInSeconds'"],
    ['mq', { StartingPosition: 'LATEST' }, "'startingPosition'"],
    ['mq', { FunctionResponseTypes: ['ReportBatchItemFailures'] }, "'functionResponseTypes'"],
    ['mq', failing('arn:aws:sqs:us-east-1:000000000000:dead'), 'DestinationConfig'],
    ['documentdb', filtered('{"a":["x"]}'), "'filterCriteria'"],
    ['documentdb', { ProvisionedPollerConfig: { MinimumPollers: 1 } }, "'provisionedPollerConfig'"],
    [
      'sqs',
      { ProvisionedPollerConfig: { MinimumPollers: 2, PollerGroupName: 'group' } },
      "'pollerGroupName'",
    ],
  ] as const
).map(([kind, change, named]) => ({
  id: 'unsupported-parameter',
  kind,
  change: change as Change,
  message: UNSUPPORTED(named),
}));

/** Rules AWS documents; the texts are ours. */
export const DOCUMENTED_REFUSALS: readonly MappingRefusal[] = [
  { id: 'topics-required', kind: 'msk', change: { Topics: undefined }, message: MISSING('topics') },
  { id: 'topics-required', kind: 'kafka', change: { Topics: undefined }, message: MISSING('topics') },
  { id: 'queues-required', kind: 'mq', change: { Queues: undefined }, message: MISSING('queues') },
  {
    id: 'documentdb-config-required',
    kind: 'documentdb',
    change: { DocumentDBEventSourceConfig: undefined },
    message: MISSING('documentDBEventSourceConfig'),
  },
  {
    id: 'documentdb-config-required',
    kind: 'documentdb',
    change: { DocumentDBEventSourceConfig: { CollectionName: 'carts' } },
    message: MISSING('documentDBEventSourceConfig.DatabaseName'),
  },
  {
    id: 'two-sources',
    kind: 'kafka',
    change: { EventSourceArn: GOOD_REQUESTS.sqs.EventSourceArn },
    message: 'EventSourceArn and SelfManagedEventSource cannot be specified together.',
  },
  {
    id: 'endpoints-required',
    kind: 'kafka',
    change: { SelfManagedEventSource: {} },
    message: MISSING('selfManagedEventSource.Endpoints'),
  },
  {
    id: 'timestamp-without-position',
    kind: 'kafka',
    change: { StartingPositionTimestamp: new Date(0) },
    message: 'StartingPositionTimestamp is only valid if StartingPosition is set to AT_TIMESTAMP.',
  },
  {
    id: 'timestamp-in-future',
    kind: 'kinesis',
    change: { StartingPosition: 'AT_TIMESTAMP', StartingPositionTimestamp: new Date('2099-01-01') },
    message: 'StartingPositionTimestamp cannot be in the future.',
  },
  {
    id: 'timestamp-without-position',
    kind: 'kinesis',
    change: { StartingPositionTimestamp: new Date(0) },
    message: 'StartingPositionTimestamp is only valid if StartingPosition is set to AT_TIMESTAMP.',
  },
  {
    id: 'record-age',
    kind: 'kinesis',
    change: { MaximumRecordAgeInSeconds: 59 },
    message: tooSmall('maximumRecordAgeInSeconds', 59, 60),
  },
  {
    id: 'scaling-or-provisioned',
    kind: 'sqs',
    change: { ScalingConfig: { MaximumConcurrency: 2 }, ProvisionedPollerConfig: { MinimumPollers: 2 } },
    message: 'ScalingConfig.MaximumConcurrency and ProvisionedPollerConfig cannot be specified together.',
  },
  {
    id: 'poller-bounds',
    kind: 'sqs',
    change: { ProvisionedPollerConfig: { MinimumPollers: 1 } },
    message: tooSmall('provisionedPollerConfig.minimumPollers', 1, 2),
  },
  {
    id: 'poller-bounds',
    kind: 'msk',
    change: { ProvisionedPollerConfig: { MinimumPollers: 20, MaximumPollers: 10 } },
    message: tooSmall('provisionedPollerConfig.maximumPollers', 10, 20),
  },
  {
    id: 'destination-kind',
    kind: 'kinesis',
    change: failing(LAMBDA_ARN),
    message: invalidDestination(LAMBDA_ARN),
  },
  {
    id: 'destination-kind',
    kind: 'kinesis',
    change: failing('arn:aws:sqs:us-east-1:000000000000:dead.fifo'),
    message: invalidDestination('arn:aws:sqs:us-east-1:000000000000:dead.fifo'),
  },
  {
    id: 'destination-topic',
    kind: 'kafka',
    change: failing('kafka://dead'),
    message: invalidDestination('kafka://dead'),
  },
  {
    id: 'destination-topic',
    kind: 'kafka',
    change: { ...failing('kafka://orders'), ProvisionedPollerConfig: { MinimumPollers: 1 } },
    message: invalidDestination('kafka://orders'),
  },
  {
    id: 'too-many-filters',
    kind: 'sqs',
    change: {
      FilterCriteria: { Filters: Array.from({ length: 6 }, () => ({ Pattern: '{"body":{"a":["x"]}}' })) },
    },
    message: 'An event source mapping can have at most 5 filters.',
  },
  {
    id: 'access-type',
    kind: 'msk',
    change: { SourceAccessConfigurations: [{ Type: 'VPC_SUBNET', URI: 'subnet:subnet-1' }] },
    message: 'Unsupported source access type VPC_SUBNET for given event source mapping type.',
  },
  {
    id: 'access-type',
    kind: 'kafka',
    change: { SourceAccessConfigurations: [{ Type: 'VIRTUAL_HOST', URI: '/' }] },
    message: 'Unsupported source access type VIRTUAL_HOST for given event source mapping type.',
  },
  {
    id: 'access-type',
    kind: 'mq',
    change: { SourceAccessConfigurations: [{ Type: 'VIRTUAL_HOST', URI: '/' }] },
    message: 'Source access type BASIC_AUTH is required for given event source mapping type.',
  },
  {
    id: 'access-uri',
    kind: 'kafka',
    change: { SourceAccessConfigurations: [{ Type: 'BASIC_AUTH', URI: 'hunter2' }] },
    message: 'The URI hunter2 of source access type BASIC_AUTH is not the ARN of a secret.',
  },
  {
    id: 'access-uri',
    kind: 'kafka',
    change: { SourceAccessConfigurations: [{ Type: 'BASIC_AUTH' }] },
    message: MISSING('sourceAccessConfigurations.URI'),
  },
  {
    id: 'access-uri',
    kind: 'kafka',
    change: { SourceAccessConfigurations: [{ Type: 'IAM_AUTH', URI: SECRET }] },
    message: 'Source access type IAM_AUTH does not take a URI.',
  },
  {
    id: 'access-detail',
    kind: 'kafka',
    change: { SourceAccessConfigurations: [{ Type: 'OAUTHBEARER_SCOPE', URI: 'read' }] },
    message: 'Source access type OAUTHBEARER_SCOPE requires OAUTHBEARER_AUTH.',
  },
  {
    id: 'share-group',
    kind: 'kafka',
    change: { SelfManagedKafkaEventSourceConfig: { ConsumptionMode: 'Queue' }, StartingPosition: 'LATEST' },
    message: UNSUPPORTED("'startingPosition'"),
  },
  {
    id: 'schema-registry',
    kind: 'msk',
    change: {
      AmazonManagedKafkaEventSourceConfig: {
        SchemaRegistryConfig: {
          SchemaRegistryURI: 'https://registry.example.com',
          EventRecordFormat: 'JSON',
        },
      },
    },
    message: MISSING('schemaRegistryConfig.SchemaValidationConfigs'),
  },
  {
    id: 'schema-registry',
    kind: 'msk',
    change: {
      AmazonManagedKafkaEventSourceConfig: {
        SchemaRegistryConfig: {
          SchemaRegistryURI: 'https://registry.example.com',
          EventRecordFormat: 'JSON',
          SchemaValidationConfigs: [{ Attribute: 'VALUE' }],
        },
      },
    },
    message: 'SchemaRegistryConfig requires ProvisionedPollerConfig.',
  },
];
