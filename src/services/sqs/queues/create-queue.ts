import type { CreateQueueRequest, CreateQueueResult } from '@aws-sdk/client-sqs';
import type { OperationHandler } from '../../../aws/service.ts';
import { ServiceError } from '../../../model/service-error.ts';
import type { SqsDependencies } from '../sqs-dependencies.ts';
import { invalidParameterValue, unknownAttribute } from '../sqs-errors.ts';
import { checkDeadLetterTarget } from './dead-letter-target.ts';
import { checkAttributes, checkTogether, firstDifference, merged, withDefaults } from './queue-attributes.ts';
import { FIFO_SUFFIX, isFifoName, isQueueName, queueArn, type QueueName, queueUrl } from './queue-name.ts';
import { findRow, queueChange, type Tx } from './queue-rows.ts';
import { addTags, checkTags } from './queue-tags.ts';
import { newQueueId, type QueueAttributes, type QueueRow, storedQueueOf } from './stored-queue.ts';

/** A name is not free at once when its queue is deleted. */
const NAME_HELD_MS = 60_000;

/** Creates a queue; one that is there already with these attributes is as good. */
export function createQueue(deps: SqsDependencies): OperationHandler<CreateQueueRequest, CreateQueueResult> {
  return async (input, context) => {
    const queue = { accountId: context.accountId, region: context.region, name: checkName(input) };
    const given = checkAttributes(input.Attributes ?? {}, queue);
    delete given['FifoQueue'];
    const attributes = merged({}, given);
    checkTogether(attributes);
    const tags = input.tags ?? {};
    checkTags(tags);
    await deps.store.write(async (tx, announce) => {
      await checkDeadLetterTarget(tx, queue, given['RedrivePolicy']);
      const row = await insertQueue(tx, queue, attributes, deps.clock.now());
      if (row === undefined) return;
      await addTags(tx, queueArn(queue), tags);
      announce(queueChange(queue, storedQueueOf(row)));
    });
    return { QueueUrl: queueUrl(context.origin, queue) };
  };
}

function checkName({ QueueName: name, Attributes }: CreateQueueRequest): string {
  if (name === undefined || name === '') {
    throw invalidParameterValue(
      'Value for parameter QueueName is invalid. Reason: Must specify a queue name.',
    );
  }
  const fifo = Attributes?.['FifoQueue'];
  const isFifo = fifo === 'true';
  if (isFifo && !isQueueName(name, true)) {
    throw invalidParameterValue(
      `The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with ${FIFO_SUFFIX} suffix and be 1 to 80 in length.`,
    );
  }
  if (fifo === 'false') throw unknownAttribute('FifoQueue');
  if (!isFifo && !isQueueName(name, false)) {
    throw invalidParameterValue(
      'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
    );
  }
  return name;
}

/** @returns undefined when the queue is there already, just as it is wanted */
async function insertQueue(
  tx: Tx,
  queue: QueueName,
  attributes: QueueAttributes,
  nowMs: number,
): Promise<QueueRow | undefined> {
  const before = await findRow(tx, queue);
  if (before !== undefined) {
    if (before.deleted_at_ms === null) return refuseDifference(before, attributes);
    if (nowMs - before.deleted_at_ms < NAME_HELD_MS) {
      throw new ServiceError(
        'QueueDeletedRecently',
        'You must wait 60 seconds after deleting a queue before you can create another with the same name.',
      );
    }
    await tx.deleteFrom('sqs_queues').where('contents_id', '=', before.contents_id).execute();
  }
  const id = newQueueId();
  const row = await tx
    .insertInto('sqs_queues')
    .values({
      account_id: queue.accountId,
      region: queue.region,
      name: queue.name,
      id,
      contents_id: id,
      attributes: JSON.stringify(attributes),
      created_at_ms: nowMs,
      modified_at_ms: nowMs,
      purged_at_ms: null,
      deleted_at_ms: null,
    })
    .onConflict((conflict) => conflict.columns(['account_id', 'region', 'name']).doNothing())
    .returningAll()
    .executeTakeFirst();
  // Another platform was faster: now it is there.
  return row ?? (await insertQueue(tx, queue, attributes, nowMs));
}

function refuseDifference(row: QueueRow, attributes: QueueAttributes): undefined {
  const existing = withDefaults(JSON.parse(row.attributes) as QueueAttributes, isFifoName(row.name));
  const name = firstDifference(attributes, existing);
  if (name === undefined) return undefined;
  throw new ServiceError(
    'QueueNameExists',
    `A queue already exists with the same name and a different value for attribute ${name}`,
  );
}
