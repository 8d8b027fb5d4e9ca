import type {
  GetFunctionRecursionConfigRequest,
  GetFunctionRecursionConfigResponse,
} from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { parseFunctionReference } from '../../../model/function-reference.ts';
import { functionNotFound } from '../functions/function-rows.ts';
import { findSettings } from '../functions/settings-rows.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';

export function getFunctionRecursionConfig(
  deps: LambdaDependencies,
): OperationHandler<GetFunctionRecursionConfigRequest, GetFunctionRecursionConfigResponse> {
  return async (input, context) => {
    const reference = parseFunctionReference(input.FunctionName ?? '', undefined, context);
    const settings = await findSettings(deps.store.db, reference);
    if (settings === undefined) throw functionNotFound(reference);
    return { RecursiveLoop: settings.recursiveLoop ?? 'Terminate' };
  };
}
