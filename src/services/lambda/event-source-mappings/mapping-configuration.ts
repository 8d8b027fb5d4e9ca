import type { EventSourceMappingConfiguration } from '@aws-sdk/client-lambda';
import { mappingArn, type StoredMapping } from '../../../model/stored-event-source-mapping.ts';

/** A mapping as the API shows it. */
export function mappingConfiguration(mapping: StoredMapping): EventSourceMappingConfiguration {
  const { startingPositionTimestampMs: timestampMs, lastProcessingResult } = mapping;
  return {
    // Stored under the API's own names and checked on the way in.
    ...(mapping.settings as EventSourceMappingConfiguration),
    UUID: mapping.uuid,
    EventSourceMappingArn: mappingArn(mapping),
    FunctionArn: mapping.functionArn,
    State: mapping.state,
    StateTransitionReason: mapping.stateTransitionReason,
    LastModified: new Date(mapping.lastModifiedMs),
    ...(timestampMs !== undefined && { StartingPositionTimestamp: new Date(timestampMs) }),
    ...(lastProcessingResult !== undefined && { LastProcessingResult: lastProcessingResult }),
  };
}
