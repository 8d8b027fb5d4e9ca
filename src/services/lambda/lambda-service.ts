import type { ServiceDefinition } from '../../aws/service.ts';
import { createFunction } from './functions/create-function.ts';
import { deleteFunction } from './functions/delete-function.ts';
import { getAccountSettings } from './account/get-account-settings.ts';
import { getFunctionConfiguration } from './functions/get-function-configuration.ts';
import { getFunction } from './functions/get-function.ts';
import { eventInvokeConfigOperations } from './event-invoke-config/event-invoke-config-operations.ts';
import { invocationOperations } from './invocation/invocation-operations.ts';
import { eventSourceMappingOperations } from './event-source-mappings/event-source-mapping-operations.ts';
import { functionUrlOperations } from './function-urls/function-url-operations.ts';
import { aliasOperations } from './aliases/alias-operations.ts';
import { layerOperations } from './layers/layer-operations.ts';
import { concurrencyOperations } from './concurrency/concurrency-operations.ts';
import { versionOperations } from './versions/version-operations.ts';
import type { LambdaDependencies } from './lambda-dependencies.ts';
import { listFunctions } from './functions/list-functions.ts';
import { authorized } from './permissions/authorized-operations.ts';
import { permissionOperations } from './permissions/permission-operations.ts';
import { codeSigningOperations } from './code-signing/code-signing-operations.ts';
import { durableExecutionOperations } from './durable-executions/durable-execution-operations.ts';
import { managedInstanceOperations } from './managed-instances/managed-instance-operations.ts';
import { runtimeManagementOperations } from './runtime-management/runtime-management-operations.ts';
import { tagOperations } from './tags/tag-operations.ts';
import { recursionOperations } from './recursion/recursion-operations.ts';
import { updateFunctionCode } from './functions/update-function-code.ts';
import { updateFunctionConfiguration } from './functions/update-function-configuration.ts';

/** The Lambda API, as far as it is built. */
export function createLambdaService(deps: LambdaDependencies): ServiceDefinition {
  return {
    model: 'lambda',
    operations: authorized(deps, {
      ...aliasOperations(deps),
      ...codeSigningOperations(deps),
      ...eventSourceMappingOperations(deps),
      ...functionUrlOperations(deps),
      ...layerOperations(deps),
      ...eventInvokeConfigOperations(deps),
      ...invocationOperations(deps),
      ...permissionOperations(deps),
      ...durableExecutionOperations(deps),
      ...managedInstanceOperations(deps),
      ...runtimeManagementOperations(deps),
      ...tagOperations(deps),
      ...concurrencyOperations(deps),
      ...recursionOperations(deps),
      ...versionOperations(deps),
      CreateFunction: createFunction(deps),
      DeleteFunction: deleteFunction(deps),
      GetAccountSettings: getAccountSettings(deps),
      GetFunction: getFunction(deps),
      GetFunctionConfiguration: getFunctionConfiguration(deps),
      ListFunctions: listFunctions(deps),
      UpdateFunctionCode: updateFunctionCode(deps),
      UpdateFunctionConfiguration: updateFunctionConfiguration(deps),
    }),
    // A runtime that is not known gets an error of its own kind, which also names what is.
    uncheckedConstraints: [
      'CreateFunctionRequest.Runtime:enum',
      'UpdateFunctionConfigurationRequest.Runtime:enum',
    ],
  };
}
