import type { DeleteMessageRequest } from '@aws-sdk/client-sqs';
import type { OperationHandler } from '../../../aws/service.ts';
import { admit } from '../permissions/queue-access.ts';
import type { SqsDependencies } from '../sqs-dependencies.ts';
import { requireReceipt } from './receipts.ts';

export function deleteMessage(deps: SqsDependencies): OperationHandler<DeleteMessageRequest, undefined> {
  return async (input, context) => {
    const queue = await admit(deps, input.QueueUrl, context, 'DeleteMessage');
    deps.throughput.take(queue, 'DeleteMessage');
    const receipt = requireReceipt(queue, input.ReceiptHandle);
    const [error] = await deps.messages.settle(queue, [receipt], [undefined]);
    if (error !== undefined) throw error;
    return undefined;
  };
}
