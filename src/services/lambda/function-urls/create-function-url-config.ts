import type { CreateFunctionUrlConfigRequest, CreateFunctionUrlConfigResponse } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { parseFunctionReference } from '../../../model/function-reference.ts';
import { notImplementedYet } from '../../../model/lambda-errors.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { findVersion } from '../versions/find-version.ts';
import { checkUrlQualifier, noSuchFunction } from './url-rules.ts';

/** Nothing answers at a function's URL yet, so none is given out. */
export function createFunctionUrlConfig(
  deps: LambdaDependencies,
): OperationHandler<CreateFunctionUrlConfigRequest, CreateFunctionUrlConfigResponse> {
  return async (input, context) => {
    const reference = parseFunctionReference(input.FunctionName ?? '', input.Qualifier, context);
    checkUrlQualifier(reference);
    if ((await findVersion(deps.store.db, reference)) === undefined) throw noSuchFunction();
    throw notImplementedYet('Function URLs: CreateFunctionUrlConfig');
  };
}
