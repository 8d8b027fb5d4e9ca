import { ServiceError } from './service-error.ts';
import type { ServiceRoles } from './service-roles.ts';
import type { EventSourceKind } from './stored-event-source-mapping.ts';

/** What a function's execution role has to be allowed to do with a source that is polled for the function. */
const ACTIONS: Readonly<Partial<Record<EventSourceKind, readonly string[]>>> = {
  sqs: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
  'sqs-fifo': ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
  kinesis: ['kinesis:GetRecords', 'kinesis:GetShardIterator', 'kinesis:DescribeStream'],
  dynamodb: ['dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:DescribeStream'],
};
const CONSUMER = /\/consumer\/[^/]+$/;

export interface PollingRole {
  readonly roleArn: string;
  /** The function's account. */
  readonly accountId: string;
}

/**
 * The first action that the role lacks, such as `sqs:ReceiveMessage`; undefined: it may poll. Polling by the ARN of a
 * stream's consumer is that consumer's SubscribeToShard.
 */
export function missingRight(
  roles: ServiceRoles,
  { roleArn, accountId }: PollingRole,
  kind: EventSourceKind,
  sourceArn: string,
): string | undefined {
  const isConsumer = CONSUMER.test(sourceArn);
  const actions = isConsumer ? ['kinesis:SubscribeToShard'] : (ACTIONS[kind] ?? []);
  const role = { roleArn, accountId, service: 'lambda.amazonaws.com', resource: sourceArn };
  return actions.find((action) => !mayDo(() => roles.check({ ...role, action })));
}

function mayDo(check: () => void): boolean {
  try {
    check();
    return true;
  } catch (error) {
    if (error instanceof ServiceError) return false;
    throw error;
  }
}
