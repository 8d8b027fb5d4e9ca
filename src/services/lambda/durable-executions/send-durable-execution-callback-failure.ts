import type { SendDurableExecutionCallbackFailureRequest } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { unknownCallback } from './unknown-execution.ts';

export function sendDurableExecutionCallbackFailure(): OperationHandler<
  SendDurableExecutionCallbackFailureRequest,
  never
> {
  return () => {
    throw unknownCallback();
  };
}
