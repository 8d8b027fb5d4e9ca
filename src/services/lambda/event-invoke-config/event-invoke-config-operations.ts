import type { ServiceDefinition } from '../../../aws/service.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { deleteFunctionEventInvokeConfig } from './delete-function-event-invoke-config.ts';
import { getFunctionEventInvokeConfig } from './get-function-event-invoke-config.ts';
import { listFunctionEventInvokeConfigs } from './list-function-event-invoke-configs.ts';
import { putFunctionEventInvokeConfig } from './put-function-event-invoke-config.ts';
import { updateFunctionEventInvokeConfig } from './update-function-event-invoke-config.ts';

export function eventInvokeConfigOperations(deps: LambdaDependencies): ServiceDefinition['operations'] {
  return {
    DeleteFunctionEventInvokeConfig: deleteFunctionEventInvokeConfig(deps),
    GetFunctionEventInvokeConfig: getFunctionEventInvokeConfig(deps),
    ListFunctionEventInvokeConfigs: listFunctionEventInvokeConfigs(deps),
    PutFunctionEventInvokeConfig: putFunctionEventInvokeConfig(deps),
    UpdateFunctionEventInvokeConfig: updateFunctionEventInvokeConfig(deps),
  };
}
