import type {
  EventSourceKind,
  MappingSettings,
  StoredMapping,
} from '../../../model/stored-event-source-mapping.ts';
import { KAFKAS, type MappingRequest, STREAMS } from './event-source.ts';
import { isShareGroup } from './kafka-rules.ts';
import { hasProvisionedPollers } from './parameter-kinds.ts';
import { withPollerDefaults } from './poller-rules.ts';

/** What a new mapping is made of, once `checkMapping` has found the request good. */
export interface NewMapping {
  readonly request: MappingRequest;
  readonly kind: EventSourceKind;
  readonly accountId: string;
  readonly region: string;
  readonly uuid: string;
  /** With the qualifier exactly as it was given. */
  readonly functionArn: string;
  /** Platform time, milliseconds since the Unix epoch. */
  readonly nowMs: number;
}

/** The mapping as it is stored and shown, every default filled in that AWS fills in. */
export function newMapping({ request, kind, nowMs, ...identity }: NewMapping): StoredMapping {
  const isStream = STREAMS.includes(kind);
  const timestamp = request.StartingPositionTimestamp;
  return {
    ...identity,
    kind,
    enabled: request.Enabled ?? true,
    state: 'Creating',
    stateTransitionReason: isStream ? 'User action' : 'USER_INITIATED',
    ...(isStream && { lastProcessingResult: 'No records processed' }),
    lastModifiedMs: nowMs,
    ...(timestamp && { startingPositionTimestampMs: timestamp.getTime() }),
    settings: settingsOf(kind, { ...defaultsOf(kind, request), ...definedIn(request) }, identity.uuid),
  };
}

/** What is kept of a request: not what creates nothing, and everything in the form in which it is shown. */
export function settingsOf(
  kind: EventSourceKind,
  request: MappingRequest & { readonly FunctionName?: string | undefined },
  uuid: string,
): MappingSettings {
  const { FunctionName: _, Enabled: __, StartingPositionTimestamp: ___, Tags: ____, ...given } = request;
  const destination = given.DestinationConfig?.OnFailure?.Destination ?? '';
  const settings: MappingSettings = {
    ...given,
    FilterCriteria: given.FilterCriteria?.Filters?.length ? given.FilterCriteria : undefined,
    KMSKeyArn: given.KMSKeyArn === '' ? undefined : given.KMSKeyArn,
    MetricsConfig: given.MetricsConfig?.Metrics?.length ? given.MetricsConfig : undefined,
    LoggingConfig: given.LoggingConfig?.SystemLogLevel === undefined ? undefined : given.LoggingConfig,
    ScalingConfig: given.ScalingConfig?.MaximumConcurrency === undefined ? undefined : given.ScalingConfig,
    ProvisionedPollerConfig: hasProvisionedPollers(given)
      ? withPollerDefaults(kind, given.ProvisionedPollerConfig)
      : undefined,
    DestinationConfig: given.DestinationConfig && {
      OnFailure: destination === '' ? {} : { Destination: destination },
    },
    DocumentDBEventSourceConfig: given.DocumentDBEventSourceConfig && {
      FullDocument: 'Default',
      ...definedIn(given.DocumentDBEventSourceConfig),
    },
    ...withConsumerGroup(kind, given, uuid),
  };
  return definedIn(settings);
}

function defaultsOf(kind: EventSourceKind, request: MappingRequest): Partial<MappingRequest> {
  switch (kind) {
    case 'sqs':
    case 'sqs-fifo':
      return { BatchSize: 10, MaximumBatchingWindowInSeconds: 0, FunctionResponseTypes: [] };
    case 'kinesis':
    case 'dynamodb':
      return {
        BatchSize: 100,
        MaximumBatchingWindowInSeconds: 0,
        FunctionResponseTypes: [],
        ParallelizationFactor: 1,
        BisectBatchOnFunctionError: false,
        MaximumRecordAgeInSeconds: -1,
        MaximumRetryAttempts: -1,
        TumblingWindowInSeconds: 0,
        DestinationConfig: { OnFailure: {} },
      };
    // The window of the others is half a second by default, which the field cannot say.
    case 'msk':
    case 'kafka':
      return { BatchSize: 100, ...(!isShareGroup(request) && { StartingPosition: 'TRIM_HORIZON' }) };
    case 'mq':
    case 'documentdb':
      return { BatchSize: 100 };
  }
}

/** A Kafka consumer joins the group that is named by the mapping unless it is told another. */
function withConsumerGroup(
  kind: EventSourceKind,
  request: MappingRequest,
  uuid: string,
): Partial<MappingSettings> {
  if (!KAFKAS.includes(kind)) return {};
  const member = kind === 'msk' ? 'AmazonManagedKafkaEventSourceConfig' : 'SelfManagedKafkaEventSourceConfig';
  return { [member]: { ConsumerGroupId: uuid, ...definedIn(request[member] ?? {}) } };
}

function definedIn<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}
