import type {
  FunctionScalingConfig,
  GetFunctionScalingConfigRequest,
  GetFunctionScalingConfigResponse,
} from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import type { EnvironmentScaling } from '../../../model/managed-instances.ts';
import { functionVersionArn } from '../../../model/stored-function.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { requireManaged } from './managed-version.ts';

/** What is asked for is in force at once. */
export function getFunctionScalingConfig(
  deps: LambdaDependencies,
): OperationHandler<GetFunctionScalingConfigRequest, GetFunctionScalingConfigResponse> {
  return async (input, context) => {
    const { stored } = await requireManaged(deps.store.db, input, context);
    const scaling = stored.managed?.scaling;
    const shown = scaling && shownScaling(scaling);
    return {
      FunctionArn: functionVersionArn(stored),
      ...(shown && { AppliedFunctionScalingConfig: shown, RequestedFunctionScalingConfig: shown }),
    };
  };
}

function shownScaling({ minEnvironments, maxEnvironments }: EnvironmentScaling): FunctionScalingConfig {
  return {
    ...(minEnvironments !== undefined && { MinExecutionEnvironments: minEnvironments }),
    ...(maxEnvironments !== undefined && { MaxExecutionEnvironments: maxEnvironments }),
  };
}
