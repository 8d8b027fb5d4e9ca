import type { GetFunctionConcurrencyRequest, GetFunctionConcurrencyResponse } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { functionNotFound } from '../functions/function-rows.ts';
import { findSettings } from '../functions/settings-rows.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { unqualifiedReference } from './concurrency-rules.ts';

export function getFunctionConcurrency(
  deps: LambdaDependencies,
): OperationHandler<GetFunctionConcurrencyRequest, GetFunctionConcurrencyResponse> {
  return async (input, context) => {
    const key = unqualifiedReference(input.FunctionName, context);
    const settings = await findSettings(deps.store.db, key);
    if (settings === undefined) throw functionNotFound({ ...key, qualifier: '$LATEST' });
    const { reservedConcurrency } = settings;
    return reservedConcurrency === undefined ? {} : { ReservedConcurrentExecutions: reservedConcurrency };
  };
}
