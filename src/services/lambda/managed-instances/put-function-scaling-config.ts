import type { PutFunctionScalingConfigRequest } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { invalidParameterValue } from '../../../model/lambda-errors.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { refuseScaling } from './default-function.ts';

export function putFunctionScalingConfig(
  deps: LambdaDependencies,
): OperationHandler<PutFunctionScalingConfigRequest, never> {
  return async (input, context) => {
    const { MinExecutionEnvironments: min, MaxExecutionEnvironments: max } =
      input.FunctionScalingConfig ?? {};
    if (min !== undefined && max !== undefined && min > max) {
      throw invalidParameterValue(
        'MinExecutionEnvironments must be less than or equal to MaxExecutionEnvironments.',
      );
    }
    return await refuseScaling(deps.store.db, input, context);
  };
}
