import type { GetQueueAttributesRequest, GetQueueAttributesResult } from '@aws-sdk/client-sqs';
import type { OperationHandler } from '../../../aws/service.ts';
import { admit } from '../permissions/queue-access.ts';
import type { SqsDependencies } from '../sqs-dependencies.ts';
import { unknownAttribute } from '../sqs-errors.ts';
import { countMessages } from './message-counts.ts';
import { withDefaults } from './queue-attributes.ts';
import type { StoredQueue } from './stored-queue.ts';

/** Every attribute there is, in the order AWS's documentation names them. */
const KNOWN: ReadonlySet<string> = new Set([
  'All',
  'Policy',
  'VisibilityTimeout',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'CreatedTimestamp',
  'LastModifiedTimestamp',
  'QueueArn',
  'ApproximateNumberOfMessagesDelayed',
  'DelaySeconds',
  'ReceiveMessageWaitTimeSeconds',
  'RedrivePolicy',
  'FifoQueue',
  'ContentBasedDeduplication',
  'KmsMasterKeyId',
  'KmsDataKeyReusePeriodSeconds',
  'DeduplicationScope',
  'FifoThroughputLimit',
  'RedriveAllowPolicy',
  'SqsManagedSseEnabled',
]);

export function getQueueAttributes(
  deps: SqsDependencies,
): OperationHandler<GetQueueAttributesRequest, GetQueueAttributesResult> {
  return async (input, context) => {
    const queue = await admit(deps, input.QueueUrl, context, 'GetQueueAttributes');
    const wanted = new Set<string>(input.AttributeNames ?? []);
    const odd = [...wanted].find((name) => !KNOWN.has(name));
    if (odd !== undefined) throw unknownAttribute(odd);
    if (wanted.size === 0) return {};
    const isWanted = (name: string): boolean => wanted.has('All') || wanted.has(name);
    const counts = [...wanted].some((name) => name === 'All' || name.startsWith('Approximate'))
      ? await counted(deps, queue)
      : {};
    const all = { ...withDefaults(queue.attributes, queue.isFifo), ...factsOf(queue), ...counts };
    return { Attributes: Object.fromEntries(Object.entries(all).filter(([name]) => isWanted(name))) };
  };
}

function factsOf(queue: StoredQueue): Record<string, string> {
  return {
    QueueArn: queue.arn,
    CreatedTimestamp: String(Math.floor(queue.createdAtMs / 1000)),
    LastModifiedTimestamp: String(Math.floor(queue.modifiedAtMs / 1000)),
  };
}

async function counted(deps: SqsDependencies, queue: StoredQueue): Promise<Record<string, string>> {
  await deps.sweep.expire(queue);
  const { waiting, inFlight, delayed } = await countMessages(deps.store.db, queue, deps.clock.now());
  return {
    ApproximateNumberOfMessages: String(waiting),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
  };
}
