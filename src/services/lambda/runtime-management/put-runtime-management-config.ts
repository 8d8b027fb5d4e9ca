import type {
  PutRuntimeManagementConfigRequest,
  PutRuntimeManagementConfigResponse,
} from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { parseFunctionReference } from '../../../model/function-reference.ts';
import { invalidParameterValue, notImplementedYet } from '../../../model/lambda-errors.ts';
import { askedArn } from '../functions/function-rows.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { checkManagedVersion } from './runtime-version.ts';

export function putRuntimeManagementConfig(
  deps: LambdaDependencies,
): OperationHandler<PutRuntimeManagementConfigRequest, PutRuntimeManagementConfigResponse> {
  return async (input, context) => {
    const reference = parseFunctionReference(input.FunctionName ?? '', input.Qualifier, context);
    const mode = input.UpdateRuntimeOn ?? 'Auto';
    const isManual = mode === 'Manual';
    if (isManual && input.RuntimeVersionArn === undefined) {
      throw invalidParameterValue('RuntimeVersionArn is required when UpdateRuntimeOn is set to Manual.');
    }
    if (!isManual && input.RuntimeVersionArn !== undefined) {
      throw invalidParameterValue('RuntimeVersionArn is allowed only when UpdateRuntimeOn is set to Manual.');
    }
    await checkManagedVersion(deps.store.db, reference);
    if (mode !== 'Auto') {
      throw notImplementedYet(`UpdateRuntimeOn ${mode}: holding a function to a version of its runtime`);
    }
    // Nothing to store: the interpreter this machine has is what every environment starts anyway.
    return { UpdateRuntimeOn: mode, FunctionArn: askedArn(reference) };
  };
}
