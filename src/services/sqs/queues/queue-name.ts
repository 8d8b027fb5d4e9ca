import { partitionOf } from '../../../model/stored-function.ts';
import { ServiceError } from '../../../model/service-error.ts';

/** Names one queue. */
export interface QueueName {
  /** Twelve digits. */
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
}

const QUEUE_NAME = /^[A-Za-z0-9_-]{1,80}$/;
const ACCOUNT = /^\d{12}$/;
export const FIFO_SUFFIX = '.fifo';

export function isFifoName(name: string): boolean {
  return name.endsWith(FIFO_SUFFIX);
}

/** @param isFifo what the queue is to be, whatever its name ends with */
export function isQueueName(name: string, isFifo: boolean): boolean {
  if (!isFifo) return QUEUE_NAME.test(name);
  return isFifoName(name) && name.length <= 80 && QUEUE_NAME.test(name.slice(0, -FIFO_SUFFIX.length));
}

export function queueArn({ accountId, region, name }: QueueName): string {
  return `arn:${partitionOf(region)}:sqs:${region}:${accountId}:${name}`;
}

/** Undefined when the text is no ARN of a queue. */
export function parseQueueArn(arn: string): QueueName | undefined {
  const [scheme, partition = '', service, region = '', accountId = '', name = '', ...rest] = arn.split(':');
  if (scheme !== 'arn' || partition === '' || service !== 'sqs' || rest.length > 0) return undefined;
  if (region === '' || !ACCOUNT.test(accountId) || name === '') return undefined;
  return { accountId, region, name };
}

/** By what clients reach the queue. They send requests to this address itself. */
export function queueUrl(origin: string, { accountId, name }: QueueName): string {
  return `${origin}/${accountId}/${name}`;
}

/**
 * The queue a URL names, by the end of its path: the host may be any, since clients keep URLs that were handed out
 * under another name. A bare queue name is the caller's own queue. Throws InvalidAddress.
 */
export function parseQueueUrl(url: string, caller: { accountId: string; region: string }): QueueName {
  const { region } = caller;
  if (!url.includes('/')) return { accountId: caller.accountId, region, name: url };
  const path = url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '').replace(/\/+$/, '');
  const [name = '', accountId = ''] = path.split('/').reverse();
  if (name === '' || !ACCOUNT.test(accountId)) {
    throw new ServiceError('InvalidAddress', `The address ${url} is not valid for this endpoint.`, 404);
  }
  return { accountId, region, name };
}
