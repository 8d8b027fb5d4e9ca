import type { DeleteFunctionCodeSigningConfigRequest } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { parseFunctionReference } from '../../../model/function-reference.ts';
import { functionNotFound } from '../functions/function-rows.ts';
import { updateSettings } from '../functions/settings-rows.ts';
import { checkUnqualified } from '../functions/update-rules.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';

export function deleteFunctionCodeSigningConfig(
  deps: LambdaDependencies,
): OperationHandler<DeleteFunctionCodeSigningConfigRequest, Record<string, never>> {
  return async (input, context) => {
    const reference = parseFunctionReference(input.FunctionName ?? '', undefined, context);
    checkUnqualified(reference);
    await deps.store.write(async (tx, announce) => {
      const changed = await updateSettings(tx, announce, reference, { code_signing_config_arn: null });
      if (!changed) throw functionNotFound({ ...reference, qualifier: undefined });
    });
    return {};
  };
}
