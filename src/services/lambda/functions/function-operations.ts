import type { ServiceDefinition } from '../../../aws/service.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { createFunction } from './create-function.ts';
import { deleteFunction } from './delete-function.ts';
import { getFunctionConfiguration } from './get-function-configuration.ts';
import { getFunction } from './get-function.ts';
import { listFunctions } from './list-functions.ts';
import { updateFunctionCode } from './update-function-code.ts';
import { updateFunctionConfiguration } from './update-function-configuration.ts';

export function functionOperations(deps: LambdaDependencies): ServiceDefinition['operations'] {
  return {
    CreateFunction: createFunction(deps),
    DeleteFunction: deleteFunction(deps),
    GetFunction: getFunction(deps),
    GetFunctionConfiguration: getFunctionConfiguration(deps),
    ListFunctions: listFunctions(deps),
    UpdateFunctionCode: updateFunctionCode(deps),
    UpdateFunctionConfiguration: updateFunctionConfiguration(deps),
  };
}
