import type {
  ChangeMessageVisibilityBatchRequest,
  ChangeMessageVisibilityBatchResult,
} from '@aws-sdk/client-sqs';
import type { OperationHandler } from '../../../aws/service.ts';
import { admit } from '../permissions/queue-access.ts';
import type { SqsDependencies } from '../sqs-dependencies.ts';
import { checkEntries } from './batch-entries.ts';
import { requireVisibility } from './receipts.ts';
import { settleBatch } from './settle-batch.ts';

export function changeMessageVisibilityBatch(
  deps: SqsDependencies,
): OperationHandler<ChangeMessageVisibilityBatchRequest, ChangeMessageVisibilityBatchResult> {
  return async (input, context) => {
    const queue = await admit(deps, input.QueueUrl, context, 'ChangeMessageVisibility');
    deps.throughput.take(queue, 'ChangeMessageVisibility');
    const entries = checkEntries(input.Entries, 'ChangeMessageVisibilityBatchRequestEntry');
    return await settleBatch(deps, queue, entries, (entry) => requireVisibility(entry.VisibilityTimeout));
  };
}
