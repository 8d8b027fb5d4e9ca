import type { SendDurableExecutionCallbackHeartbeatRequest } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { unknownCallback } from './unknown-execution.ts';

export function sendDurableExecutionCallbackHeartbeat(): OperationHandler<
  SendDurableExecutionCallbackHeartbeatRequest,
  never
> {
  return () => {
    throw unknownCallback();
  };
}
