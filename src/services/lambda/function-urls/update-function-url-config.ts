import type { UpdateFunctionUrlConfigRequest } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { parseFunctionReference } from '../../../model/function-reference.ts';
import { checkUrlQualifier, urlNotFound } from './url-rules.ts';

/** Finds nothing: none can be created yet. */
export function updateFunctionUrlConfig(): OperationHandler<UpdateFunctionUrlConfigRequest, never> {
  return (input, context) => {
    checkUrlQualifier(parseFunctionReference(input.FunctionName ?? '', input.Qualifier, context));
    throw urlNotFound();
  };
}
