import { partitionOf } from '../../../model/stored-function.ts';
import { invalidParameter } from '../sns-errors.ts';

export interface TopicName {
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
}

const NAME = /^[A-Za-z0-9_-]{1,256}$/;
const FIFO_SUFFIX = '.fifo';
const TOPIC_ARN = /^arn:aws[a-z-]*:sns:([a-z0-9-]+):(\d{12}):([A-Za-z0-9_.-]+)$/;

export function isFifoName(name: string): boolean {
  return name.endsWith(FIFO_SUFFIX);
}

/** @throws InvalidParameter */
export function checkTopicName(name: string | undefined, isFifo: boolean): string {
  if (name !== undefined && isFifo === isFifoName(name)) {
    const bare = isFifo ? name.slice(0, -FIFO_SUFFIX.length) : name;
    if (NAME.test(bare) && name.length <= 256) return name;
  }
  if (isFifo) {
    throw invalidParameter(
      'Fifo Topic names must end with .fifo and must be made up of only uppercase and lowercase ASCII letters, numbers, underscores, and hyphens, and must be between 1 and 256 characters long.',
    );
  }
  throw invalidParameter('Topic Name');
}

export function topicArn({ accountId, region, name }: TopicName): string {
  return `arn:${partitionOf(region)}:sns:${region}:${accountId}:${name}`;
}

/** @throws InvalidParameter */
export function parseTopicArn(arn: string | undefined, parameter = 'TopicArn'): TopicName {
  const [, region, accountId, name] = TOPIC_ARN.exec(arn ?? '') ?? [];
  if (region === undefined || accountId === undefined || name === undefined) {
    const elements = (arn ?? '').split(':').length;
    throw invalidParameter(
      elements < 6
        ? `${parameter} Reason: An ARN must have at least 6 elements, not ${elements}`
        : `${parameter} Reason: no value for required parameter`,
    );
  }
  return { accountId, region, name };
}

/** `<topic ARN>:<id>` */
export function topicArnOf(subscriptionArn: string | undefined): string {
  const parts = (subscriptionArn ?? '').split(':');
  if (parts.length < 6) {
    throw invalidParameter(
      `SubscriptionArn Reason: An ARN must have at least 6 elements, not ${parts.length}`,
    );
  }
  if (parts.length !== 7) throw invalidParameter('SubscriptionId');
  return parts.slice(0, 6).join(':');
}
