import type { GetFunctionUrlConfigRequest, GetFunctionUrlConfigResponse } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { parseFunctionReference } from '../../../model/function-reference.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { urlConfiguration } from './url-configuration.ts';
import { requireUrl } from './url-rows.ts';
import { checkUrlQualifier } from './url-rules.ts';

export function getFunctionUrlConfig(
  deps: LambdaDependencies,
): OperationHandler<GetFunctionUrlConfigRequest, GetFunctionUrlConfigResponse> {
  return async (input, context) => {
    const reference = parseFunctionReference(input.FunctionName ?? '', input.Qualifier, context);
    checkUrlQualifier(reference);
    return urlConfiguration(await requireUrl(deps.store.db, reference), context.origin);
  };
}
