import type { DeleteQueueRequest } from '@aws-sdk/client-sqs';
import type { OperationHandler } from '../../../aws/service.ts';
import { admit } from '../permissions/queue-access.ts';
import type { SqsDependencies } from '../sqs-dependencies.ts';
import { changeQueue } from './queue-rows.ts';
import { removeTags } from './queue-tags.ts';

/** The queue is gone at once; its messages are cleared away behind it, and its name is held for a minute. */
export function deleteQueue(deps: SqsDependencies): OperationHandler<DeleteQueueRequest, undefined> {
  return async (input, context) => {
    const queue = await admit(deps, input.QueueUrl, context, 'DeleteQueue');
    await changeQueue(deps.store, queue, async (before, tx) => {
      await tx.insertInto('sqs_discarded_contents').values({ contents_id: before.contentsId }).execute();
      await tx.deleteFrom('sqs_deduplications').where('queue_id', '=', before.id).execute();
      await removeTags(tx, before.arn);
      return { deleted_at_ms: deps.clock.now() };
    });
    deps.messages.close(queue);
    deps.sweep.sweepSoon();
    return undefined;
  };
}
