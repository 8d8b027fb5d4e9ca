import type { EventSourceKind } from '../../../model/stored-event-source-mapping.ts';
import { KAFKAS, type MappingRequest, POSITIONED, QUEUES, STREAMS } from './event-source.ts';
import { missingParameter, unsupportedParameter } from './parameter-errors.ts';

const RECORDS: readonly EventSourceKind[] = [...STREAMS, ...KAFKAS];

/** The sources each parameter is for. What is not listed is for all of them. */
const ONLY_FOR: readonly (readonly [keyof MappingRequest, readonly EventSourceKind[]])[] = [
  ['FilterCriteria', [...QUEUES, ...RECORDS, 'mq']],
  ['LoggingConfig', KAFKAS],
  ['ScalingConfig', QUEUES],
  ['ParallelizationFactor', STREAMS],
  ['StartingPosition', POSITIONED],
  ['StartingPositionTimestamp', POSITIONED],
  ['DestinationConfig', RECORDS],
  ['MaximumRecordAgeInSeconds', RECORDS],
  ['BisectBatchOnFunctionError', RECORDS],
  ['MaximumRetryAttempts', RECORDS],
  ['TumblingWindowInSeconds', STREAMS],
  ['Topics', KAFKAS],
  ['Queues', ['mq']],
  ['SourceAccessConfigurations', [...KAFKAS, 'mq', 'documentdb']],
  ['FunctionResponseTypes', [...QUEUES, ...RECORDS]],
  ['AmazonManagedKafkaEventSourceConfig', ['msk']],
  ['SelfManagedKafkaEventSourceConfig', ['kafka']],
  ['DocumentDBEventSourceConfig', ['documentdb']],
  ['ProvisionedPollerConfig', [...QUEUES, ...KAFKAS]],
];

/** Error handling that Kafka has only with provisioned pollers. */
const KAFKA_PROVISIONED: readonly (keyof MappingRequest)[] = [
  'MaximumRecordAgeInSeconds',
  'BisectBatchOnFunctionError',
  'MaximumRetryAttempts',
  'FunctionResponseTypes',
];

const REQUIRED: Readonly<Partial<Record<EventSourceKind, readonly (keyof MappingRequest)[]>>> = {
  kafka: ['SourceAccessConfigurations', 'Topics'],
  msk: ['Topics'],
  mq: ['SourceAccessConfigurations', 'Queues'],
  documentdb: ['SourceAccessConfigurations', 'DocumentDBEventSourceConfig'],
};

/** Throws for parameters the source does not have, then for those it cannot do without. */
export function checkParameters(kind: EventSourceKind, request: MappingRequest): void {
  for (const [parameter, kinds] of ONLY_FOR) {
    if (request[parameter] !== undefined && !kinds.includes(kind)) throw unsupportedParameter(parameter);
  }
  const isOnDemandKafka = KAFKAS.includes(kind) && !hasProvisionedPollers(request);
  for (const parameter of isOnDemandKafka ? KAFKA_PROVISIONED : []) {
    if (isSet(request[parameter])) throw unsupportedParameter(parameter);
  }
  for (const parameter of REQUIRED[kind] ?? []) {
    if (!isSet(request[parameter])) throw missingParameter(parameter);
  }
  if (kind === 'documentdb' && request.DocumentDBEventSourceConfig?.DatabaseName === undefined) {
    throw missingParameter('DocumentDBEventSourceConfig.DatabaseName');
  }
}

export function hasProvisionedPollers({ ProvisionedPollerConfig: config }: Partial<MappingRequest>): boolean {
  return Object.values(config ?? {}).some((value) => value !== undefined && value !== '');
}

function isSet(value: unknown): boolean {
  return value !== undefined && !(Array.isArray(value) && value.length === 0);
}
