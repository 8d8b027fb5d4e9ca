import type { UntagQueueRequest } from '@aws-sdk/client-sqs';
import type { OperationHandler } from '../../../aws/service.ts';
import { admit } from '../permissions/queue-access.ts';
import type { SqsDependencies } from '../sqs-dependencies.ts';
import { missingParameter } from '../sqs-errors.ts';
import { removeTags } from './queue-tags.ts';

export function untagQueue(deps: SqsDependencies): OperationHandler<UntagQueueRequest, undefined> {
  return async (input, context) => {
    const queue = await admit(deps, input.QueueUrl, context, 'UntagQueue');
    const { TagKeys: keys } = input;
    if (keys === undefined || keys.length === 0) throw missingParameter('TagKeys');
    // No tag has such a key, and PostgreSQL takes no text with one.
    const storable = keys.filter((key) => !key.includes('\0'));
    await deps.store.write(async (tx) => await removeTags(tx, queue.arn, storable));
    return undefined;
  };
}
