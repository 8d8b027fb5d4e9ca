import type { GetFunctionScalingConfigRequest } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { refuseScaling } from './default-function.ts';

export function getFunctionScalingConfig(
  deps: LambdaDependencies,
): OperationHandler<GetFunctionScalingConfigRequest, never> {
  return async (input, context) => await refuseScaling(deps.store.db, input, context);
}
