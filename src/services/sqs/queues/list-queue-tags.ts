import type { ListQueueTagsRequest, ListQueueTagsResult } from '@aws-sdk/client-sqs';
import type { OperationHandler } from '../../../aws/service.ts';
import { admit } from '../permissions/queue-access.ts';
import type { SqsDependencies } from '../sqs-dependencies.ts';
import { readTags } from './queue-tags.ts';

export function listQueueTags(
  deps: SqsDependencies,
): OperationHandler<ListQueueTagsRequest, ListQueueTagsResult> {
  return async (input, context) => {
    const queue = await admit(deps, input.QueueUrl, context, 'ListQueueTags');
    return { Tags: await readTags(deps.store.db, queue.arn) };
  };
}
