import type { ServiceDefinition } from '../../../aws/service.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { getFunctionRecursionConfig } from './get-function-recursion-config.ts';
import { putFunctionRecursionConfig } from './put-function-recursion-config.ts';

export function recursionOperations(deps: LambdaDependencies): ServiceDefinition['operations'] {
  return {
    GetFunctionRecursionConfig: getFunctionRecursionConfig(deps),
    PutFunctionRecursionConfig: putFunctionRecursionConfig(deps),
  };
}
