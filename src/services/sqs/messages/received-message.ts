import type { Message } from '@aws-sdk/client-sqs';
import type { QueuedMessage } from '../../../model/queue-ports.ts';
import type { StoredQueue } from '../queues/stored-queue.ts';
import {
  chosenAttributes,
  md5Of,
  md5OfAttributes,
  type MessageAttributes,
  shownAttributes,
} from './message-attributes.ts';
import { TRACE_HEADER } from './message-draft.ts';
import { type MessageRow, sequenceNumber } from './message-rows.ts';
import { receiptHandle } from './receipt-handle.ts';

/** What a receiver wants to know of messages beside their bodies. */
export interface WantedAttributes {
  readonly system: readonly string[];
  readonly message: readonly string[];
}

/** System attributes by name; those a message does not have are left out. */
function systemAttributesOf(queue: StoredQueue, row: MessageRow): Record<string, string> {
  const values: Readonly<Record<string, string | number | null>> = {
    SenderId: row.sender_id,
    SentTimestamp: row.sent_at_ms,
    ApproximateReceiveCount: row.receive_count,
    ApproximateFirstReceiveTimestamp: row.first_received_at_ms,
    SequenceNumber: queue.isFifo ? sequenceNumber(row.sequence) : null,
    MessageDeduplicationId: row.deduplication_id,
    MessageGroupId: row.group_id,
    [TRACE_HEADER]: row.trace_header,
    DeadLetterQueueSourceArn: row.dead_letter_source,
  };
  const there = Object.entries(values).flatMap(([name, value]): [string, string][] =>
    value === null ? [] : [[name, String(value)]],
  );
  return Object.fromEntries(there);
}

export const SYSTEM_ATTRIBUTES: ReadonlySet<string> = new Set([
  'All',
  'SenderId',
  'SentTimestamp',
  'ApproximateReceiveCount',
  'ApproximateFirstReceiveTimestamp',
  'SequenceNumber',
  'MessageDeduplicationId',
  'MessageGroupId',
  TRACE_HEADER,
  'DeadLetterQueueSourceArn',
]);

/** A message as ReceiveMessage shows it. The digest is that of the attributes that are shown. */
export function shownMessage(queue: StoredQueue, row: MessageRow, wanted: WantedAttributes): Message {
  const system = wanted.system.length === 0 ? {} : systemAttributesOf(queue, row);
  const chosen = Object.entries(system).filter(
    ([name]) => wanted.system.includes('All') || wanted.system.includes(name),
  );
  const attributes = chosenAttributes(attributesOf(row), wanted.message);
  const md5OfMessageAttributes = md5OfAttributes(attributes);
  return {
    MessageId: row.message_id,
    ReceiptHandle: handleOf(queue, row),
    MD5OfBody: md5Of(row.body),
    Body: row.body,
    ...(chosen.length > 0 && { Attributes: Object.fromEntries(chosen) }),
    ...(md5OfMessageAttributes !== undefined && { MD5OfMessageAttributes: md5OfMessageAttributes }),
    ...(attributes && { MessageAttributes: shownAttributes(attributes) }),
  };
}

/** The same for pollers, with everything there is to it. */
export function queuedMessage(queue: StoredQueue, row: MessageRow): QueuedMessage {
  const messageAttributes = attributesOf(row);
  return {
    messageId: row.message_id,
    receiptHandle: handleOf(queue, row),
    body: row.body,
    md5OfBody: md5Of(row.body),
    attributes: systemAttributesOf(queue, row),
    messageAttributes: messageAttributes ?? {},
    md5OfMessageAttributes: md5OfAttributes(messageAttributes),
    hiddenUntilMs: row.visible_at_ms,
  };
}

function attributesOf({ attributes }: MessageRow): MessageAttributes | undefined {
  return attributes === null ? undefined : (JSON.parse(attributes) as MessageAttributes);
}

function handleOf(queue: StoredQueue, row: MessageRow): string {
  return receiptHandle({ queueId: queue.id, sequence: row.sequence, receiveCount: row.receive_count });
}
