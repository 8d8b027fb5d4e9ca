import type { DeleteFunctionEventInvokeConfigRequest } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { parseFunctionReference } from '../../../model/function-reference.ts';
import { deleteQualifierRow } from '../functions/qualifier-rows.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { configured } from './event-invoke-config-rows.ts';
import { noConfig } from './event-invoke-config-rules.ts';

export function deleteFunctionEventInvokeConfig(
  deps: LambdaDependencies,
): OperationHandler<DeleteFunctionEventInvokeConfigRequest, Record<string, never>> {
  return async (input, context) => {
    const reference = configured(parseFunctionReference(input.FunctionName ?? '', input.Qualifier, context));
    await deps.store.write(async (tx, announce) => {
      const isDeleted = await deleteQualifierRow(tx, announce, 'lambda_event_invoke_configs', reference);
      if (!isDeleted) throw noConfig(reference);
    });
    return {};
  };
}
