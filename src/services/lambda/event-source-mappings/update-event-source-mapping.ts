import type { UpdateEventSourceMappingRequest } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { parseFunctionReference } from '../../../model/function-reference.ts';
import { mappingNotFound } from './mapping-not-found.ts';

/** Finds nothing: none can be created yet. What is allowed depends on the source, so only the name can be wrong. */
export function updateEventSourceMapping(): OperationHandler<UpdateEventSourceMappingRequest, never> {
  return (input, context) => {
    if (input.FunctionName !== undefined) parseFunctionReference(input.FunctionName, undefined, context);
    throw mappingNotFound();
  };
}
