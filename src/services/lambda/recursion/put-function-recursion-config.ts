import type {
  PutFunctionRecursionConfigRequest,
  PutFunctionRecursionConfigResponse,
} from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { parseFunctionReference } from '../../../model/function-reference.ts';
import { functionNotFound } from '../functions/function-rows.ts';
import { updateSettings } from '../functions/settings-rows.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';

/** Whether a chain of requests may come back to the function again and again: what the door asks on the 17th time. */
export function putFunctionRecursionConfig(
  deps: LambdaDependencies,
): OperationHandler<PutFunctionRecursionConfigRequest, PutFunctionRecursionConfigResponse> {
  return async (input, context) => {
    const reference = parseFunctionReference(input.FunctionName ?? '', undefined, context);
    const RecursiveLoop = input.RecursiveLoop ?? 'Terminate';
    await deps.store.write(async (tx, announce) => {
      const change = { recursive_loop: RecursiveLoop };
      if (!(await updateSettings(tx, announce, reference, change))) throw functionNotFound(reference);
    });
    return { RecursiveLoop };
  };
}
