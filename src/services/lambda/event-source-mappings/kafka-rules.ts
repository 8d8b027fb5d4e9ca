import { invalidParameterValue } from '../../../model/lambda-errors.ts';
import type { MappingRequest } from './event-source.ts';
import { missingParameter, unsupportedParameter } from './parameter-errors.ts';
import { hasProvisionedPollers } from './parameter-kinds.ts';

type Registry = NonNullable<
  NonNullable<MappingRequest['SelfManagedKafkaEventSourceConfig']>['SchemaRegistryConfig']
>;

/** Consumer groups read in order from a position; share groups (Queue) do neither. */
const STREAM_ONLY = [
  'StartingPosition',
  'StartingPositionTimestamp',
  'MaximumBatchingWindowInSeconds',
] as const;

/** Whether consumers share the records of a partition instead of reading them in order. */
export function isShareGroup({ SelfManagedKafkaEventSourceConfig: config }: MappingRequest): boolean {
  return config?.ConsumptionMode === 'Queue';
}

/** What only Kafka has: the mode of consumption and a registry of schemas. */
export function checkKafka(request: MappingRequest): void {
  const selfManaged = request.SelfManagedKafkaEventSourceConfig;
  if (isShareGroup(request)) {
    for (const parameter of STREAM_ONLY) {
      if (request[parameter] !== undefined) throw unsupportedParameter(parameter);
    }
  }
  const registry = (selfManaged ?? request.AmazonManagedKafkaEventSourceConfig)?.SchemaRegistryConfig;
  if (registry !== undefined) checkRegistry(registry, hasProvisionedPollers(request));
}

function checkRegistry(registry: Registry, isProvisioned: boolean): void {
  const required = ['SchemaRegistryURI', 'EventRecordFormat', 'SchemaValidationConfigs'] as const;
  for (const member of required) {
    if (registry[member] === undefined || registry[member].length === 0) {
      throw missingParameter(`SchemaRegistryConfig.${member}`);
    }
  }
  if (!isProvisioned) {
    throw invalidParameterValue('SchemaRegistryConfig requires ProvisionedPollerConfig.');
  }
  const isGlue = registry.SchemaRegistryURI?.startsWith('arn:') === true;
  if (isGlue && (registry.AccessConfigs ?? []).length > 0) {
    throw invalidParameterValue('AccessConfigs are not supported for AWS Glue schema registries.');
  }
}
