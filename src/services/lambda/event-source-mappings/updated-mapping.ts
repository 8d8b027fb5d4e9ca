import type { UpdateEventSourceMappingRequest } from '@aws-sdk/client-lambda';
import { canFollow, updatingState } from '../../../model/event-source-mapping-state.ts';
import { invalidParameterValue, resourceInUse } from '../../../model/lambda-errors.ts';
import type { StoredMapping } from '../../../model/stored-event-source-mapping.ts';
import type { MappingRequest } from './event-source.ts';
import { checkSettings } from './mapping-rules.ts';
import { settingsOf } from './new-mapping.ts';
import { unsupportedParameter } from './parameter-errors.ts';

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
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  const request: MappingRequest = { ...(before.settings as MappingRequest), ...given };
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
  if (changes.SourceAccessConfigurations?.some(({ Type }) => Type === 'VIRTUAL_HOST')) {
    throw unsupportedParameter('VIRTUAL_HOST');
  }
  for (const member of [
    'AmazonManagedKafkaEventSourceConfig',
    'SelfManagedKafkaEventSourceConfig',
  ] as const) {
    const wanted = changes[member];
    const present = settings[member];
    for (const fixed of ['ConsumerGroupId', 'ConsumptionMode'] as const) {
      const value =
        wanted !== undefined && fixed in wanted ? (wanted as Record<string, unknown>)[fixed] : undefined;
      if (value !== undefined && value !== present?.[fixed]) {
        throw invalidParameterValue(`${fixed} cannot be changed after the event source mapping was created.`);
      }
    }
  }
}
