import type { ServiceDefinition } from '../../../aws/service.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { invokeAsync } from './invoke-async.ts';
import { invoke } from './invoke.ts';

export function invocationOperations(deps: LambdaDependencies): ServiceDefinition['operations'] {
  return {
    Invoke: invoke(deps),
    InvokeAsync: invokeAsync(deps),
  };
}
