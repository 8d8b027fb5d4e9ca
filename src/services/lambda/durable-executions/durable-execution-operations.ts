import type { ServiceDefinition } from '../../../aws/service.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { checkpointDurableExecution } from './checkpoint-durable-execution.ts';
import { getDurableExecutionHistory } from './get-durable-execution-history.ts';
import { getDurableExecutionState } from './get-durable-execution-state.ts';
import { getDurableExecution } from './get-durable-execution.ts';
import { listDurableExecutionsByFunction } from './list-durable-executions-by-function.ts';
import { sendDurableExecutionCallbackFailure } from './send-durable-execution-callback-failure.ts';
import { sendDurableExecutionCallbackHeartbeat } from './send-durable-execution-callback-heartbeat.ts';
import { sendDurableExecutionCallbackSuccess } from './send-durable-execution-callback-success.ts';
import { stopDurableExecution } from './stop-durable-execution.ts';

/** Durable executions, as far as they can be answered without any: DurableConfig is refused on functions. */
export function durableExecutionOperations(deps: LambdaDependencies): ServiceDefinition['operations'] {
  return {
    CheckpointDurableExecution: checkpointDurableExecution(),
    GetDurableExecution: getDurableExecution(),
    GetDurableExecutionHistory: getDurableExecutionHistory(),
    GetDurableExecutionState: getDurableExecutionState(),
    ListDurableExecutionsByFunction: listDurableExecutionsByFunction(deps),
    SendDurableExecutionCallbackFailure: sendDurableExecutionCallbackFailure(),
    SendDurableExecutionCallbackHeartbeat: sendDurableExecutionCallbackHeartbeat(),
    SendDurableExecutionCallbackSuccess: sendDurableExecutionCallbackSuccess(),
    StopDurableExecution: stopDurableExecution(),
  };
}
