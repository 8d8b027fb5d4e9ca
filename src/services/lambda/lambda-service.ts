import type { ServiceDefinition } from '../../aws/service.ts';
import { getAccountSettings } from './account/get-account-settings.ts';
import { aliasOperations } from './aliases/alias-operations.ts';
import { codeSigningOperations } from './code-signing/code-signing-operations.ts';
import { concurrencyOperations } from './concurrency/concurrency-operations.ts';
import { durableExecutionOperations } from './durable-executions/durable-execution-operations.ts';
import { eventInvokeConfigOperations } from './event-invoke-config/event-invoke-config-operations.ts';
import { eventSourceMappingOperations } from './event-source-mappings/event-source-mapping-operations.ts';
import { functionUrlOperations } from './function-urls/function-url-operations.ts';
import { functionOperations } from './functions/function-operations.ts';
import { invocationOperations } from './invocation/invocation-operations.ts';
import type { LambdaDependencies } from './lambda-dependencies.ts';
import { layerOperations } from './layers/layer-operations.ts';
import { managedInstanceOperations } from './managed-instances/managed-instance-operations.ts';
import { authorized } from './permissions/authorized-operations.ts';
import { permissionOperations } from './permissions/permission-operations.ts';
import { recursionOperations } from './recursion/recursion-operations.ts';
import { runtimeManagementOperations } from './runtime-management/runtime-management-operations.ts';
import { tagOperations } from './tags/tag-operations.ts';
import { versionOperations } from './versions/version-operations.ts';

/** The Lambda API: every operation of its model, one folder for each kind of resource. */
export function createLambdaService(deps: LambdaDependencies): ServiceDefinition {
  return {
    model: 'lambda',
    access: { isOwn: true },
    operations: authorized(deps, {
      ...aliasOperations(deps),
      ...codeSigningOperations(deps),
      ...concurrencyOperations(deps),
      ...durableExecutionOperations(deps),
      ...eventInvokeConfigOperations(deps),
      ...eventSourceMappingOperations(deps),
      ...functionOperations(deps),
      ...functionUrlOperations(deps),
      ...invocationOperations(deps),
      ...layerOperations(deps),
      ...managedInstanceOperations(deps),
      ...permissionOperations(deps),
      ...recursionOperations(deps),
      ...runtimeManagementOperations(deps),
      ...tagOperations(deps),
      ...versionOperations(deps),
      GetAccountSettings: getAccountSettings(deps),
    }),
    // A runtime that is not known gets an error of its own kind, which also names what is.
    uncheckedConstraints: [
      'CreateFunctionRequest.Runtime:enum',
      'UpdateFunctionConfigurationRequest.Runtime:enum',
    ],
  };
}
