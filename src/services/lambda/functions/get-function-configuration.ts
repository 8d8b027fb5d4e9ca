import type { FunctionConfiguration, GetFunctionConfigurationRequest } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { parseFunctionReference } from '../../../model/function-reference.ts';
import { functionConfiguration } from './function-configuration.ts';
import { requireVersion } from '../versions/find-version.ts';
import { askedArn } from './function-rows.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';

export function getFunctionConfiguration(
  deps: LambdaDependencies,
): OperationHandler<GetFunctionConfigurationRequest, FunctionConfiguration> {
  return async (input, context) => {
    const reference = parseFunctionReference(input.FunctionName ?? '', input.Qualifier, context);
    const { record } = await requireVersion(deps.store.db, reference);
    return functionConfiguration(record.current, askedArn(reference));
  };
}
