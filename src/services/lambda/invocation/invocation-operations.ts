import type { ServiceDefinition } from '../../../aws/service.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { invokeAsync } from './invoke-async.ts';
import { invoke } from './invoke.ts';
import { invokeWithResponseStream } from './invoke-with-response-stream.ts';

export function invocationOperations(deps: LambdaDependencies): ServiceDefinition['operations'] {
  return {
    Invoke: invoke(deps),
    InvokeAsync: invokeAsync(deps),
    InvokeWithResponseStream: invokeWithResponseStream(deps),
  };
}
