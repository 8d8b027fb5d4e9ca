import type {
  DeleteEventSourceMappingRequest,
  EventSourceMappingConfiguration,
} from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { mappingConfiguration } from './mapping-configuration.ts';
import { changeMapping } from './mapping-rows.ts';
import { deletedMapping } from './updated-mapping.ts';

/** The mapping goes once the batches that are under way have ended. */
export function deleteEventSourceMapping(
  deps: LambdaDependencies,
): OperationHandler<DeleteEventSourceMappingRequest, EventSourceMappingConfiguration> {
  return async ({ UUID: uuid = '' }, { accountId, region }) => {
    const nowMs = deps.clock.now();
    const after = await changeMapping(deps.store, { accountId, region, uuid }, (before) =>
      deletedMapping(before, nowMs),
    );
    return mappingConfiguration(after);
  };
}
