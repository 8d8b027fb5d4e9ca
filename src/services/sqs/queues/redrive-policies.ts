import { badValue, invalidAttributeValue } from '../sqs-errors.ts';
import { isFifoName, parseQueueArn, type QueueName } from './queue-name.ts';

/** After so many receives a message goes to the dead-letter queue. */
export interface RedrivePolicy {
  readonly deadLetterTargetArn: string;
  readonly maxReceiveCount: number;
}

/** Which queues may name this one as their dead-letter queue. */
export interface RedriveAllowPolicy {
  readonly redrivePermission: 'allowAll' | 'denyAll' | 'byQueue';
  readonly sourceQueueArns?: readonly string[];
}

const MOST_RECEIVES = 1000;
const MOST_SOURCES = 10;

/** Checks the form of a redrive policy for a queue. Whether its target exists is another question. */
export function checkRedrivePolicy(text: string, queue: QueueName): RedrivePolicy {
  const document = jsonObject(text);
  if (document === undefined)
    throw invalidAttributeValue('RedrivePolicy', 'Redrive policy is not a valid JSON map.');
  const refuse = (reason: string): Error => badValue(text, 'RedrivePolicy', reason);
  const { maxReceiveCount: count, deadLetterTargetArn: arn, ...others } = document;
  for (const [name, value] of Object.entries({ maxReceiveCount: count, deadLetterTargetArn: arn })) {
    if (value === undefined) throw refuse(`Redrive policy does not contain mandatory attribute: ${name}.`);
  }
  if (Object.keys(others).length > 0)
    throw refuse('Only following attributes are supported: [maxReceiveCount, deadLetterTargetArn].');
  const receives = typeof count === 'string' || typeof count === 'number' ? Number(count) : NaN;
  if (!Number.isInteger(receives) || receives < 1 || receives > MOST_RECEIVES) {
    throw refuse(
      `Invalid value for maxReceiveCount: ${String(count)}, valid values are from 1 to 1000 both inclusive.`,
    );
  }
  checkTarget(arn, queue, refuse);
  return { deadLetterTargetArn: String(arn), maxReceiveCount: receives };
}

function checkTarget(arn: unknown, queue: QueueName, refuse: (reason: string) => Error): void {
  if (typeof arn !== 'string' || !arn.startsWith('arn:'))
    throw refuse('Invalid value for deadLetterTargetArn.');
  if (arn.split(':')[2] !== 'sqs')
    throw refuse('Only SQS queues are valid resources for deadLetterTargetArn.');
  const target = parseQueueArn(arn);
  if (target === undefined) throw refuse('Invalid value for deadLetterTargetArn.');
  if (target.accountId !== queue.accountId || target.region !== queue.region)
    throw refuse('Dead-letter target owner should be same as the source.');
  // The two full stops are AWS's.
  if (isFifoName(target.name) !== isFifoName(queue.name))
    throw refuse('Dead-letter queue must be same type of queue as the source..');
}

const UNSUPPORTED_FORMAT =
  "Amazon SQS can't create the redrive allow policy, as it’s in an unsupported format.";

export function checkRedriveAllowPolicy(text: string): RedriveAllowPolicy {
  const unsupported = (): Error => invalidAttributeValue('RedriveAllowPolicy', UNSUPPORTED_FORMAT);
  const document = jsonObject(text);
  if (document === undefined) throw unsupported();
  const { redrivePermission: permission, sourceQueueArns: sources, ...others } = document;
  if (Object.keys(others).length > 0) throw unsupported();
  if (permission !== 'allowAll' && permission !== 'denyAll' && permission !== 'byQueue') throw unsupported();
  if (sources !== undefined && !isTextList(sources)) throw unsupported();
  checkSources(text, permission, sources);
  return { redrivePermission: permission, ...(sources && { sourceQueueArns: sources }) };
}

function checkSources(text: string, permission: string, sources: readonly string[] | undefined): void {
  const refuse = (reason: string): Error =>
    badValue(text, 'RedriveAllowPolicy', `Amazon SQS can't create the redrive allow policy. ${reason}`);
  if (permission !== 'byQueue') {
    if (sources !== undefined)
      throw refuse('To specify one or more source queue ARNs, you must set redrivePermission to byQueue.');
    return;
  }
  if (sources === undefined || sources.length === 0) {
    throw refuse(
      'When you specify the byQueue permission type, you must also specify one or more sourceQueueArns values.',
    );
  }
  if (sources.length > MOST_SOURCES)
    throw refuse(`The maximum number of source queue ARNs you can specify is ${MOST_SOURCES}.`);
  const odd = sources.find((arn) => parseQueueArn(arn) === undefined);
  if (odd !== undefined) throw refuse(`${odd} is not the ARN of a queue.`);
}

/** Whether a queue may send its dead letters to one with this policy; without a policy all may. */
export function allowsSource(policy: RedriveAllowPolicy | undefined, sourceArn: string): boolean {
  if (policy === undefined || policy.redrivePermission === 'allowAll') return true;
  return policy.redrivePermission === 'byQueue' && policy.sourceQueueArns?.includes(sourceArn) === true;
}

function jsonObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
