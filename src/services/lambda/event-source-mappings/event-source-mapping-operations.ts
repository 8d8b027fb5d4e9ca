import type { ServiceDefinition } from '../../../aws/service.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { createEventSourceMapping } from './create-event-source-mapping.ts';
import { deleteEventSourceMapping } from './delete-event-source-mapping.ts';
import { getEventSourceMapping } from './get-event-source-mapping.ts';
import { listEventSourceMappings } from './list-event-source-mappings.ts';
import { updateEventSourceMapping } from './update-event-source-mapping.ts';

export function eventSourceMappingOperations(deps: LambdaDependencies): ServiceDefinition['operations'] {
  return {
    CreateEventSourceMapping: createEventSourceMapping(deps),
    DeleteEventSourceMapping: deleteEventSourceMapping(deps),
    GetEventSourceMapping: getEventSourceMapping(deps),
    ListEventSourceMappings: listEventSourceMappings(deps),
    UpdateEventSourceMapping: updateEventSourceMapping(deps),
  };
}
