import type { TagQueueRequest } from '@aws-sdk/client-sqs';
import type { OperationHandler } from '../../../aws/service.ts';
import { admit } from '../permissions/queue-access.ts';
import type { SqsDependencies } from '../sqs-dependencies.ts';
import { missingParameter } from '../sqs-errors.ts';
import { addTags, checkTags } from './queue-tags.ts';

export function tagQueue(deps: SqsDependencies): OperationHandler<TagQueueRequest, undefined> {
  return async (input, context) => {
    const queue = await admit(deps, input.QueueUrl, context, 'TagQueue');
    const { Tags: tags } = input;
    if (tags === undefined || Object.keys(tags).length === 0) throw missingParameter('Tags');
    checkTags(tags);
    await deps.store.write(async (tx) => await addTags(tx, queue.arn, tags));
    return undefined;
  };
}
