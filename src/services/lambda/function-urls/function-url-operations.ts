import type { ServiceDefinition } from '../../../aws/service.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { createFunctionUrlConfig } from './create-function-url-config.ts';
import { deleteFunctionUrlConfig } from './delete-function-url-config.ts';
import { getFunctionUrlConfig } from './get-function-url-config.ts';
import { listFunctionUrlConfigs } from './list-function-url-configs.ts';
import { updateFunctionUrlConfig } from './update-function-url-config.ts';

export function functionUrlOperations(deps: LambdaDependencies): ServiceDefinition['operations'] {
  return {
    CreateFunctionUrlConfig: createFunctionUrlConfig(deps),
    DeleteFunctionUrlConfig: deleteFunctionUrlConfig(deps),
    GetFunctionUrlConfig: getFunctionUrlConfig(deps),
    ListFunctionUrlConfigs: listFunctionUrlConfigs(deps),
    UpdateFunctionUrlConfig: updateFunctionUrlConfig(deps),
  };
}
