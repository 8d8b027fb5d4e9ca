import type {
  FunctionScalingConfig,
  PutFunctionScalingConfigRequest,
  PutFunctionScalingConfigResponse,
} from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { invalidParameterValue } from '../../../model/lambda-errors.ts';
import { type EnvironmentScaling, stateOnceReady } from '../../../model/managed-instances.ts';
import type { StoredFunction } from '../../../model/stored-function.ts';
import { changeFunction } from '../functions/function-rows.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { managedPart, requireManaged } from './managed-version.ts';

/**
 * Replaces what there is: what is not given is left to demand again. A version that may have no environments at all is
 * deactivated: it cannot be invoked until it may have some again.
 */
export function putFunctionScalingConfig(
  deps: LambdaDependencies,
): OperationHandler<PutFunctionScalingConfigRequest, PutFunctionScalingConfigResponse> {
  return async (input, context) => {
    const scaling = scalingOf(input.FunctionScalingConfig ?? {});
    const { reference, stored } = await requireManaged(deps.store.db, input, context);
    const key = { ...reference, version: stored.version };
    const after = await changeFunction(deps.store, key, (before) => ({
      ...before,
      current: withScaling(before.current, scaling),
    }));
    return { FunctionState: after?.current.state };
  };
}

function scalingOf({
  MinExecutionEnvironments: min,
  MaxExecutionEnvironments: max,
}: FunctionScalingConfig): EnvironmentScaling {
  if (min !== undefined && max !== undefined && min > max) {
    throw invalidParameterValue(
      'MinExecutionEnvironments must be less than or equal to MaxExecutionEnvironments.',
    );
  }
  return {
    ...(min !== undefined && { minEnvironments: min }),
    ...(max !== undefined && { maxEnvironments: max }),
  };
}

function withScaling(stored: StoredFunction, scaling: EnvironmentScaling): StoredFunction {
  const { scaling: _, ...kept } = managedPart(stored);
  const managed = Object.keys(scaling).length === 0 ? kept : { ...kept, scaling };
  const isReady = stored.state === 'Active' || stored.state === 'Deactivated';
  return { ...stored, managed, state: isReady ? stateOnceReady(managed) : stored.state };
}
