import type {
  GetFunctionCodeSigningConfigRequest,
  GetFunctionCodeSigningConfigResponse,
} from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { parseFunctionReference } from '../../../model/function-reference.ts';
import { functionNotFound } from '../functions/function-rows.ts';
import { findSettings } from '../functions/settings-rows.ts';
import { checkUnqualified } from '../functions/update-rules.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';

export function getFunctionCodeSigningConfig(
  deps: LambdaDependencies,
): OperationHandler<GetFunctionCodeSigningConfigRequest, Partial<GetFunctionCodeSigningConfigResponse>> {
  return async (input, context) => {
    const reference = parseFunctionReference(input.FunctionName ?? '', undefined, context);
    checkUnqualified(reference);
    const settings = await findSettings(deps.store.db, reference);
    if (settings === undefined) throw functionNotFound({ ...reference, qualifier: undefined });
    const arn = settings.codeSigningConfigArn;
    // Without a configuration AWS answers with nothing at all, not with an error.
    return arn === undefined ? {} : { CodeSigningConfigArn: arn, FunctionName: reference.name };
  };
}
