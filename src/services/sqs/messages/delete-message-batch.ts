import type { DeleteMessageBatchRequest, DeleteMessageBatchResult } from '@aws-sdk/client-sqs';
import type { OperationHandler } from '../../../aws/service.ts';
import { admit } from '../permissions/queue-access.ts';
import type { SqsDependencies } from '../sqs-dependencies.ts';
import { checkEntries } from './batch-entries.ts';
import { settleBatch } from './settle-batch.ts';

export function deleteMessageBatch(
  deps: SqsDependencies,
): OperationHandler<DeleteMessageBatchRequest, DeleteMessageBatchResult> {
  return async (input, context) => {
    const queue = await admit(deps, input.QueueUrl, context, 'DeleteMessage');
    deps.throughput.take(queue, 'DeleteMessage');
    const entries = checkEntries(input.Entries, 'DeleteMessageBatchRequestEntry');
    return await settleBatch(deps, queue, entries, () => undefined);
  };
}
