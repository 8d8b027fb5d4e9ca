import { targetService } from '../../../delivery/target-arn.ts';
import type { EventAcceptor } from '../../../model/event-acceptor.ts';
import type { EventBusPort } from '../../../model/event-bus-port.ts';
import type { QueueSender, QueueSenderIdentity } from '../../../model/queue-ports.ts';
import { ServiceError } from '../../../model/service-error.ts';
import type { TopicPublisher } from '../../../model/topic-publisher.ts';
import type { StoredBucket } from '../buckets/stored-bucket.ts';
import type { NotificationRule, TargetKind } from './notification-rules.ts';

/** Whom a bucket can tell. */
export interface NotificationTargets {
  readonly queues: QueueSender;
  readonly topics: TopicPublisher;
  readonly buses: EventBusPort;
  readonly functions: EventAcceptor;
}

const SERVICES: Readonly<Record<TargetKind, string>> = { queue: 'sqs', topic: 'sns', function: 'lambda' };

/** S3, as policies of its targets name it. */
export function s3Sender({ arn, accountId }: Pick<StoredBucket, 'arn' | 'accountId'>): QueueSenderIdentity {
  return { kind: 'service', principal: 's3.amazonaws.com', sourceArn: arn, sourceAccount: accountId };
}

/** Asks every target whether it is there and takes what the bucket tells. @throws InvalidArgument */
export async function checkTargets(
  targets: NotificationTargets,
  bucket: StoredBucket,
  rules: readonly NotificationRule[],
): Promise<void> {
  const problems: (readonly [arn: string, why: string])[] = [];
  for (const rule of rules) {
    const why = await problemOf(targets, bucket, rule);
    if (why !== undefined) problems.push([rule.targetArn, why]);
  }
  if (problems.length === 0) return;
  const members = problems.flatMap(([arn, why], at) => [
    [`ArgumentName${at + 1}`, arn],
    [`ArgumentValue${at + 1}`, why],
  ]);
  throw new ServiceError(
    'InvalidArgument',
    'Unable to validate the following destination configurations',
    400,
    Object.fromEntries(members) as Record<string, string>,
  );
}

async function problemOf(
  targets: NotificationTargets,
  bucket: StoredBucket,
  { kind, targetArn }: NotificationRule,
): Promise<string | undefined> {
  if (targetService(targetArn) !== SERVICES[kind]) return 'The ARN could not be parsed';
  const [, , , region] = targetArn.split(':');
  if (region !== bucket.region)
    return `The notification destination service region is not valid for the bucket location constraint`;
  const sender = s3Sender(bucket);
  try {
    if (kind === 'function') await targets.functions.check(targetArn, sender);
    const check = kind === 'queue' ? targets.queues : kind === 'topic' ? targets.topics : undefined;
    const isFifo = (await check?.check(targetArn, sender))?.isFifo === true;
    return isFifo ? `FIFO ${kind}s are not supported as a destination` : undefined;
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    if (kind === 'function') return `Not authorized to invoke function [${targetArn}]`;
    return DENIALS.has(error.code)
      ? `Permissions on the destination ${kind} do not allow S3 to publish notifications from this bucket`
      : `The destination ${kind} does not exist`;
  }
}

const DENIALS: ReadonlySet<string> = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'AuthorizationErrorException',
]);
