import type { ChangeMessageVisibilityRequest } from '@aws-sdk/client-sqs';
import type { OperationHandler } from '../../../aws/service.ts';
import { admit } from '../permissions/queue-access.ts';
import type { SqsDependencies } from '../sqs-dependencies.ts';
import { requireReceipt, requireVisibility } from './receipts.ts';

export function changeMessageVisibility(
  deps: SqsDependencies,
): OperationHandler<ChangeMessageVisibilityRequest, undefined> {
  return async (input, context) => {
    const queue = await admit(deps, input.QueueUrl, context, 'ChangeMessageVisibility');
    deps.throughput.take(queue, 'ChangeMessageVisibility');
    const receipt = requireReceipt(queue, input.ReceiptHandle);
    const visibilityMs = requireVisibility(input.VisibilityTimeout);
    const [error] = await deps.messages.settle(queue, [receipt], [visibilityMs]);
    if (error !== undefined) throw error;
    return undefined;
  };
}
