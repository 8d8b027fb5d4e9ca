import type { ServiceDefinition } from '../../aws/service.ts';
import { invoke } from './invocation/invoke.ts';
import type { LambdaDependencies } from './lambda-dependencies.ts';
import { authorized } from './permissions/authorized-operations.ts';

export type InvokeDependencies = Pick<LambdaDependencies, 'clock' | 'identities' | 'invoker' | 'policies'>;

/** Of the Lambda API nothing but Invoke for callers who wait, behind the same guard: for a process that only does that. */
export function createInvokeService(deps: InvokeDependencies): ServiceDefinition {
  const events = {
    accept: () => Promise.reject(new Error('Events are the main process to accept.')),
  };
  return { model: 'lambda', operations: authorized(deps, { Invoke: invoke({ ...deps, events }) }) };
}
