import type { PurgeQueueRequest } from '@aws-sdk/client-sqs';
import type { OperationHandler } from '../../../aws/service.ts';
import { ServiceError } from '../../../model/service-error.ts';
import { admit } from '../permissions/queue-access.ts';
import type { SqsDependencies } from '../sqs-dependencies.ts';
import { changeQueue } from './queue-rows.ts';
import { newQueueId } from './stored-queue.ts';

const BETWEEN_PURGES_MS = 60_000;

/** Gives the queue new contents, of which there are none; the old ones are cleared away behind it. */
export function purgeQueue(deps: SqsDependencies): OperationHandler<PurgeQueueRequest, undefined> {
  return async (input, context) => {
    const queue = await admit(deps, input.QueueUrl, context, 'PurgeQueue');
    await changeQueue(deps.store, queue, async (before, tx) => {
      const nowMs = deps.clock.now();
      if (before.purgedAtMs !== undefined && nowMs - before.purgedAtMs < BETWEEN_PURGES_MS) {
        throw new ServiceError(
          'PurgeQueueInProgress',
          `Only one PurgeQueue operation on ${before.name} is allowed every 60 seconds.`,
          403,
        );
      }
      await tx.insertInto('sqs_discarded_contents').values({ contents_id: before.contentsId }).execute();
      return { contents_id: newQueueId(), purged_at_ms: nowMs };
    });
    deps.sweep.sweepSoon();
    return undefined;
  };
}
