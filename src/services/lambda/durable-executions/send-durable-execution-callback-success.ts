import type { SendDurableExecutionCallbackSuccessRequest } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { unknownCallback } from './unknown-execution.ts';

export function sendDurableExecutionCallbackSuccess(): OperationHandler<
  SendDurableExecutionCallbackSuccessRequest,
  never
> {
  return () => {
    throw unknownCallback();
  };
}
