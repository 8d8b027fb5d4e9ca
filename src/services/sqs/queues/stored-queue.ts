import { randomInt } from 'node:crypto';
import type { Selectable } from 'kysely';
import { compilePolicy, type CompiledPolicy } from '../../../model/policy/evaluate-policy.ts';
import { parsePolicy } from '../../../model/policy/parse-policy.ts';
import type { SqsQueueTable } from '../../../store/sqs-schema.ts';
import { isFifoName, queueArn, type QueueName } from './queue-name.ts';
import type { RedriveAllowPolicy, RedrivePolicy } from './redrive-policies.ts';

/** What was set on a queue, by the API's names. Absent: the default. */
export type QueueAttributes = Readonly<Record<string, string>>;

/** A queue as everybody works with it. */
export interface StoredQueue extends QueueName {
  readonly arn: string;
  readonly isFifo: boolean;
  /** Stays the same as long as the queue lives; stands in receipt handles. */
  readonly id: number;
  /** Where its messages are. */
  readonly contentsId: number;
  readonly attributes: QueueAttributes;
  readonly createdAtMs: number;
  readonly modifiedAtMs: number;
  readonly purgedAtMs: number | undefined;
  readonly visibilityTimeoutMs: number;
  readonly delayMs: number;
  readonly retentionMs: number;
  readonly receiveWaitMs: number;
  readonly maximumMessageBytes: number;
  readonly redrivePolicy: RedrivePolicy | undefined;
  readonly redriveAllowPolicy: RedriveAllowPolicy | undefined;
  readonly policy: CompiledPolicy | undefined;
}

/** The values of attributes that were not set. */
export const DEFAULTS = {
  VisibilityTimeout: '30',
  MaximumMessageSize: '1048576',
  MessageRetentionPeriod: '345600',
  DelaySeconds: '0',
  ReceiveMessageWaitTimeSeconds: '0',
  SqsManagedSseEnabled: 'true',
} as const;

/** FIFO queues have these beside. */
export const FIFO_DEFAULTS = {
  ContentBasedDeduplication: 'false',
  DeduplicationScope: 'queue',
  FifoThroughputLimit: 'perQueue',
} as const;

export type QueueRow = Selectable<SqsQueueTable>;

/** For a queue's id and that of its contents: fits a number, and no two are ever the same by chance. */
export function newQueueId(): number {
  return randomInt(2 ** 48 - 1);
}

export function storedQueueOf(row: QueueRow): StoredQueue {
  const name = { accountId: row.account_id, region: row.region, name: row.name };
  const attributes = JSON.parse(row.attributes) as QueueAttributes;
  const seconds = (attribute: keyof typeof DEFAULTS): number =>
    Number(attributes[attribute] ?? DEFAULTS[attribute]);
  const { RedrivePolicy: redrive, RedriveAllowPolicy: allow, Policy: policy } = attributes;
  return {
    ...name,
    arn: queueArn(name),
    isFifo: isFifoName(row.name),
    id: row.id,
    contentsId: row.contents_id,
    attributes,
    createdAtMs: row.created_at_ms,
    modifiedAtMs: row.modified_at_ms,
    purgedAtMs: row.purged_at_ms ?? undefined,
    visibilityTimeoutMs: seconds('VisibilityTimeout') * 1000,
    delayMs: seconds('DelaySeconds') * 1000,
    retentionMs: seconds('MessageRetentionPeriod') * 1000,
    receiveWaitMs: seconds('ReceiveMessageWaitTimeSeconds') * 1000,
    maximumMessageBytes: seconds('MaximumMessageSize'),
    redrivePolicy: redrive === undefined ? undefined : redrivePolicyOf(redrive),
    redriveAllowPolicy: allow === undefined ? undefined : (JSON.parse(allow) as RedriveAllowPolicy),
    policy: policy === undefined ? undefined : compilePolicy(parsePolicy(policy, 'resource')),
  };
}

/** The count may have been given as a text. */
function redrivePolicyOf(text: string): RedrivePolicy {
  const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(text) as {
    readonly deadLetterTargetArn: string;
    readonly maxReceiveCount: number | string;
  };
  return { deadLetterTargetArn, maxReceiveCount: Number(maxReceiveCount) };
}
