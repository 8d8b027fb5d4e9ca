import type {
  GetRuntimeManagementConfigRequest,
  GetRuntimeManagementConfigResponse,
} from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { parseFunctionReference } from '../../../model/function-reference.ts';
import { askedArn } from '../functions/function-rows.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { checkManagedVersion } from './runtime-version.ts';

export function getRuntimeManagementConfig(
  deps: LambdaDependencies,
): OperationHandler<GetRuntimeManagementConfigRequest, GetRuntimeManagementConfigResponse> {
  return async (input, context) => {
    const reference = parseFunctionReference(input.FunctionName ?? '', input.Qualifier, context);
    await checkManagedVersion(deps.store.db, reference);
    // Every environment starts the interpreter this machine has now, which is what Auto means.
    return { UpdateRuntimeOn: 'Auto', FunctionArn: askedArn(reference) };
  };
}
