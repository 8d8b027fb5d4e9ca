import type { GetEventSourceMappingRequest } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { mappingNotFound } from './mapping-not-found.ts';

/** Finds nothing: none can be created yet. */
export function getEventSourceMapping(): OperationHandler<GetEventSourceMappingRequest, never> {
  return () => {
    throw mappingNotFound();
  };
}
