import {
  type DestinationSender,
  type DestinationTargets,
  targetService,
} from '../../../model/destination-target.ts';
import { invalidParameterValue, notImplementedYet } from '../../../model/lambda-errors.ts';
import { missingRight, type PollingRole } from '../../../model/polling-rights.ts';
import type { QueueConsumer } from '../../../model/queue-ports.ts';
import type { ServiceRoles } from '../../../model/service-roles.ts';
import type { StreamConsumer } from '../../../model/stream-ports.ts';
import type { EventSourceKind, MappingSettings } from '../../../model/stored-event-source-mapping.ts';
import type { StoredFunction } from '../../../model/stored-function.ts';
import { SOURCE_NAMES } from './event-source.ts';
import { checkTarget } from './mapping-rules.ts';

/** The services whose resources can be polled. */
export interface PolledServices {
  readonly queues: Pick<QueueConsumer, 'describe'>;
  readonly streams: Pick<StreamConsumer, 'describe'>;
  /** What execution roles may do with them. */
  readonly roles: ServiceRoles;
}

const POLLED: readonly EventSourceKind[] = ['sqs', 'sqs-fifo', 'kinesis', 'dynamodb'];

interface Place {
  readonly accountId: string;
  readonly region: string;
}

/** Throws for kinds that nothing polls yet, and for settings that have no effect yet. */
export function refuseUnbuilt(operation: string, kind: EventSourceKind, settings: MappingSettings): void {
  if (!POLLED.includes(kind)) {
    throw notImplementedYet(`${operation}: ${SOURCE_NAMES[kind]} as an event source`);
  }
  if (settings.KMSKeyArn !== undefined) throw notImplementedYet(`${operation}: KMSKeyArn`);
  if (settings.MetricsConfig !== undefined) throw notImplementedYet(`${operation}: MetricsConfig`);
}

/**
 * Whether the source is there, the function's role may poll it, and the function can keep up with it. Throws
 * InvalidParameterValueException.
 * @param target undefined where the function is gone, which a mapping outlives
 */
export async function checkSource(
  { queues, streams, roles }: PolledServices,
  kind: EventSourceKind,
  arn: string,
  target: StoredFunction | undefined,
  caller: Place,
): Promise<void> {
  const [, , , region, accountId] = arn.split(':');
  const isOwn = region === caller.region && accountId === caller.accountId;
  if (kind === 'kinesis' || kind === 'dynamodb') {
    const lacks = target && missingRight(roles, roleOf(target), kind, arn);
    if (!isOwn || lacks !== undefined) throw streamForbidden(arn);
    if ((await streams.describe(arn)) === undefined) throw invalidParameterValue(`Stream not found: ${arn}`);
    return;
  }
  const lacks = target && missingRight(roles, roleOf(target), kind, arn);
  if (!isOwn || lacks !== undefined) throw queueForbidden(lacks);
  const queue = await queues.describe(arn);
  if (queue === undefined) throw missingQueue();
  if (target !== undefined) checkTarget(kind, target, queue);
}

/** Where records go that the function cannot process. Throws for what takes none. */
export async function checkFailureTarget(
  targets: DestinationTargets,
  sender: DestinationSender,
  arn: string | undefined,
): Promise<void> {
  if (arn === undefined) return;
  const service = targetService(arn);
  const target = targets[service];
  if (target === undefined) {
    throw notImplementedYet(`DestinationConfig.OnFailure.Destination: ${service} as a destination`);
  }
  const state = await target.check(arn, sender);
  if (state === 'ready') return;
  throw invalidParameterValue(
    state === 'forbidden'
      ? `The function execution role does not have permissions to call ${ACTIONS[service] ?? 'Publish'} on ${arn}`
      : `The destination ARN ${arn} is invalid.`,
  );
}

const ACTIONS: Readonly<Record<string, string>> = { sqs: 'SendMessage', sns: 'Publish', s3: 'PutObject' };

function streamForbidden(arn: string): Error {
  return invalidParameterValue(
    `Cannot access stream ${arn}. Please ensure the role can perform the GetRecords, GetShardIterator, ` +
      'DescribeStream, and ListStreams Actions on your stream in IAM.',
  );
}

/** @param action such as `sqs:DeleteMessage` */
function queueForbidden(action = 'sqs:ReceiveMessage'): Error {
  return invalidParameterValue(
    `The function execution role does not have permissions to call ${action.slice('sqs:'.length)} on SQS`,
  );
}

function roleOf({ role, accountId }: StoredFunction): PollingRole {
  return { roleArn: role, accountId };
}

function missingQueue(): Error {
  return invalidParameterValue(
    'Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. ' +
      'SQS Error Message: The specified queue does not exist.',
  );
}
