import type { UpdateEventSourceMappingRequest } from '@aws-sdk/client-lambda';
import { canFollow, updatingState } from '../../../model/event-source-mapping-state.ts';
import { invalidParameterValue, resourceInUse } from '../../../model/lambda-errors.ts';
import type { StoredMapping } from '../../../model/stored-event-source-mapping.ts';
import type { MappingRequest } from './event-source.ts';
import { checkSettings } from './mapping-rules.ts';
import { settingsOf } from './new-mapping.ts';

const KAFKA_CONFIGS = ['AmazonManagedKafkaEventSourceConfig', 'SelfManagedKafkaEventSourceConfig'] as const;

interface KafkaConfig {
  readonly ConsumerGroupId?: string | undefined;
  readonly ConsumptionMode?: string | undefined;
}

type Changes = Omit<UpdateEventSourceMappingRequest, 'UUID' | 'FunctionName'>;

/**
 * A mapping after an accepted update: what the request names is replaced, the rest stays. Throws
 * ResourceInUseException between two states and InvalidParameterValueException for what the rules refuse.
 * @param functionArn of the function the request names, if it names one
 * @param nowMs platform time
 */
export function updatedMapping(
  before: StoredMapping,
  changes: Changes,
  functionArn: string | undefined,
  nowMs: number,
): StoredMapping {
  const state = updatingState(changes.Enabled);
  if (!canFollow(before.state, state)) {
    throw resourceInUse('Cannot update the event source mapping because it is in use.');
  }
  checkUnchanged(before, changes);
  const request = withChanges(before, changes);
  checkSettings(before.kind, request);
  return {
    ...before,
    functionArn: functionArn ?? before.functionArn,
    enabled: changes.Enabled ?? before.enabled,
    state,
    lastModifiedMs: nowMs,
    settings: settingsOf(before.kind, request, before.uuid),
  };
}

/** A mapping on its way out. Throws ResourceInUseException between two states. */
export function deletedMapping(before: StoredMapping, nowMs: number): StoredMapping {
  if (!canFollow(before.state, 'Deleting')) {
    throw resourceInUse('Cannot delete the event source mapping because it is in use.');
  }
  return { ...before, state: 'Deleting', lastModifiedMs: nowMs };
}

/** What a mapping reads, and as whom, is settled when it is created. */
function checkUnchanged({ settings }: StoredMapping, changes: Changes): void {
  if (changes.SourceAccessConfigurations?.some(isVirtualHost) === true) {
    throw invalidParameterValue('VIRTUAL_HOST cannot be changed after the event source mapping was created.');
  }
  for (const member of KAFKA_CONFIGS) {
    for (const [fixed, present] of Object.entries(fixedIn(settings[member]))) {
      const wanted = fixedIn(changes[member])[fixed];
      if (wanted !== undefined && wanted !== present) {
        throw invalidParameterValue(`${fixed} cannot be changed after the event source mapping was created.`);
      }
    }
  }
}

/** What an update can name. */
const CHANGEABLE: readonly (keyof Changes)[] = [
  'Enabled',
  'BatchSize',
  'MaximumBatchingWindowInSeconds',
  'FilterCriteria',
  'FunctionResponseTypes',
  'ScalingConfig',
  'ProvisionedPollerConfig',
  'ParallelizationFactor',
  'MaximumRecordAgeInSeconds',
  'MaximumRetryAttempts',
  'BisectBatchOnFunctionError',
  'TumblingWindowInSeconds',
  'DestinationConfig',
  'SourceAccessConfigurations',
  'AmazonManagedKafkaEventSourceConfig',
  'SelfManagedKafkaEventSourceConfig',
  'DocumentDBEventSourceConfig',
  'KMSKeyArn',
  'MetricsConfig',
  'LoggingConfig',
];

/** The settings as one request would have to give them. */
function withChanges({ settings }: StoredMapping, changes: Changes): MappingRequest {
  const request = { ...settings } as Record<string, unknown>;
  for (const parameter of CHANGEABLE) {
    if (changes[parameter] !== undefined) request[parameter] = changes[parameter];
  }
  for (const member of KAFKA_CONFIGS) {
    if (changes[member] !== undefined) request[member] = { ...changes[member], ...fixedIn(settings[member]) };
  }
  if (changes.SourceAccessConfigurations !== undefined) {
    const kept = settings.SourceAccessConfigurations?.filter(isVirtualHost) ?? [];
    request['SourceAccessConfigurations'] = [...changes.SourceAccessConfigurations, ...kept];
  }
  return request;
}

function fixedIn(config: KafkaConfig | undefined): Record<string, string | undefined> {
  return { ConsumerGroupId: config?.ConsumerGroupId, ConsumptionMode: config?.ConsumptionMode };
}

function isVirtualHost({ Type: type }: { readonly Type?: string | undefined }): boolean {
  return type === 'VIRTUAL_HOST';
}
