import type { EventSourceMappingConfiguration, GetEventSourceMappingRequest } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { mappingConfiguration } from './mapping-configuration.ts';
import { requireMapping } from './mapping-rows.ts';

export function getEventSourceMapping(
  deps: LambdaDependencies,
): OperationHandler<GetEventSourceMappingRequest, EventSourceMappingConfiguration> {
  return async ({ UUID: uuid = '' }, { accountId, region }) =>
    mappingConfiguration(await requireMapping(deps.store.db, { accountId, region, uuid }));
}
