import type { ServiceDefinition } from '../../../aws/service.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { createCodeSigningConfig } from './create-code-signing-config.ts';
import { deleteCodeSigningConfig } from './delete-code-signing-config.ts';
import { deleteFunctionCodeSigningConfig } from './delete-function-code-signing-config.ts';
import { getCodeSigningConfig } from './get-code-signing-config.ts';
import { getFunctionCodeSigningConfig } from './get-function-code-signing-config.ts';
import { listCodeSigningConfigs } from './list-code-signing-configs.ts';
import { listFunctionsByCodeSigningConfig } from './list-functions-by-code-signing-config.ts';
import { putFunctionCodeSigningConfig } from './put-function-code-signing-config.ts';
import { updateCodeSigningConfig } from './update-code-signing-config.ts';

export function codeSigningOperations(deps: LambdaDependencies): ServiceDefinition['operations'] {
  return {
    CreateCodeSigningConfig: createCodeSigningConfig(deps),
    DeleteCodeSigningConfig: deleteCodeSigningConfig(deps),
    DeleteFunctionCodeSigningConfig: deleteFunctionCodeSigningConfig(deps),
    GetCodeSigningConfig: getCodeSigningConfig(deps),
    GetFunctionCodeSigningConfig: getFunctionCodeSigningConfig(deps),
    ListCodeSigningConfigs: listCodeSigningConfigs(deps),
    ListFunctionsByCodeSigningConfig: listFunctionsByCodeSigningConfig(deps),
    PutFunctionCodeSigningConfig: putFunctionCodeSigningConfig(deps),
    UpdateCodeSigningConfig: updateCodeSigningConfig(deps),
  };
}
