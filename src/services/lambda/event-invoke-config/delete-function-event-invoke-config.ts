import type { DeleteFunctionEventInvokeConfigRequest } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { parseFunctionReference } from '../../../model/function-reference.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { configured, deleteConfig } from './event-invoke-config-rows.ts';
import { noConfig } from './event-invoke-config-rules.ts';

export function deleteFunctionEventInvokeConfig(
  deps: LambdaDependencies,
): OperationHandler<DeleteFunctionEventInvokeConfigRequest, Record<string, never>> {
  return async (input, context) => {
    const reference = configured(parseFunctionReference(input.FunctionName ?? '', input.Qualifier, context));
    await deps.store.write(async (tx, announce) => {
      if (!(await deleteConfig(tx, announce, reference))) throw noConfig(reference);
    });
    return {};
  };
}
