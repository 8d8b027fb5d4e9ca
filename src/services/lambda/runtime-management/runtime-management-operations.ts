import type { ServiceDefinition } from '../../../aws/service.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { getRuntimeManagementConfig } from './get-runtime-management-config.ts';
import { putRuntimeManagementConfig } from './put-runtime-management-config.ts';

export function runtimeManagementOperations(deps: LambdaDependencies): ServiceDefinition['operations'] {
  return {
    GetRuntimeManagementConfig: getRuntimeManagementConfig(deps),
    PutRuntimeManagementConfig: putRuntimeManagementConfig(deps),
  };
}
