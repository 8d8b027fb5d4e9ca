import { createHash, randomUUID } from 'node:crypto';
import type { MessageAttributeValue } from '@aws-sdk/client-sqs';
import { ServiceError } from '../../../model/service-error.ts';
import type { StoredQueue } from '../queues/stored-queue.ts';
import { badValue, invalidParameterValue, missingParameter } from '../sqs-errors.ts';
import { attributeBytes, checkMessageAttributes, type MessageAttributes } from './message-attributes.ts';
import type { MessageDraft } from './message-rows.ts';

/** A message as a caller gives it. */
export interface GivenMessage {
  readonly MessageBody?: string | undefined;
  readonly DelaySeconds?: number | undefined;
  readonly MessageAttributes?: Readonly<Record<string, MessageAttributeValue>> | undefined;
  readonly MessageSystemAttributes?: Readonly<Record<string, MessageAttributeValue>> | undefined;
  readonly MessageGroupId?: string | undefined;
  readonly MessageDeduplicationId?: string | undefined;
}

/** Whose message it is. */
export interface MessageSender {
  readonly id: string;
  /** The request's own `X-Amzn-Trace-Id`; a system attribute goes before it. */
  readonly traceHeader?: string | undefined;
}

const LONGEST_DELAY_SECONDS = 900;
/** What XML can carry. */
const UNFIT = /[^\t\n\r -\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
const FIFO_ID = /^[\x21-\x7e]{1,128}$/;
export const TRACE_HEADER = 'AWSTraceHeader';

/** Checks a message and gives it its id. Throws the errors of SendMessage. */
export function draftMessage(
  queue: StoredQueue,
  given: GivenMessage,
  sender: MessageSender,
  nowMs: number,
): MessageDraft {
  const { MessageBody: body } = given;
  if (body === undefined || body === '') throw missingParameter('MessageBody');
  checkContents(body);
  const delayMs = delayOf(queue, given.DelaySeconds);
  const attributes = checkMessageAttributes(given.MessageAttributes);
  for (const value of Object.values(attributes ?? {})) {
    if ('stringValue' in value) checkContents(value.stringValue);
  }
  if (Buffer.byteLength(body) + attributeBytes(attributes) > queue.maximumMessageBytes) {
    throw invalidParameterValue(
      `One or more parameters are invalid. Reason: Message must be shorter than ${queue.maximumMessageBytes} bytes.`,
    );
  }
  const givenTrace = traceHeaderOf(given.MessageSystemAttributes);
  return {
    messageId: randomUUID(),
    body,
    attributes,
    groupId: groupOf(queue, given.MessageGroupId),
    deduplicationId: deduplicationOf(queue, given, body),
    senderId: sender.id,
    traceHeader: givenTrace ?? sender.traceHeader,
    hasSystemAttributes: givenTrace !== undefined,
    sentAtMs: nowMs,
    visibleAtMs: nowMs + delayMs,
  };
}

/** The message's size as it counts in a batch, bytes. */
export function messageBytes(given: GivenMessage): number {
  let bytes = Buffer.byteLength(given.MessageBody ?? '');
  for (const [name, value] of Object.entries(given.MessageAttributes ?? {})) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(value.DataType ?? '');
    bytes += Buffer.byteLength(value.StringValue ?? '') + (value.BinaryValue?.length ?? 0);
  }
  return bytes;
}

/** The system attributes as their digest is computed. */
export function systemAttributes({
  traceHeader,
  hasSystemAttributes,
}: MessageDraft): MessageAttributes | undefined {
  if (traceHeader === undefined || !hasSystemAttributes) return undefined;
  return { [TRACE_HEADER]: { dataType: 'String', stringValue: traceHeader } };
}

function checkContents(text: string): void {
  if (!UNFIT.test(text)) return;
  throw new ServiceError(
    'InvalidMessageContents',
    'Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF',
  );
}

function delayOf(queue: StoredQueue, seconds: number | undefined): number {
  if (seconds === undefined || (queue.isFifo && seconds === 0)) return queue.delayMs;
  if (queue.isFifo) throw notForThisType(seconds, 'DelaySeconds');
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > LONGEST_DELAY_SECONDS)
    throw badValue(seconds, 'DelaySeconds', 'DelaySeconds must be >= 0 and <= 900.');
  return seconds * 1000;
}

function groupOf(queue: StoredQueue, groupId: string | undefined): string | undefined {
  if (groupId === undefined || groupId === '') {
    if (queue.isFifo) throw missingParameter('MessageGroupId');
    return undefined;
  }
  if (!FIFO_ID.test(groupId)) throw badFifoId(groupId, 'MessageGroupId');
  return groupId;
}

function deduplicationOf(queue: StoredQueue, given: GivenMessage, body: string): string | undefined {
  const { MessageDeduplicationId: id } = given;
  if (id !== undefined && id !== '') {
    if (!queue.isFifo) throw notForThisType(id, 'MessageDeduplicationId');
    if (!FIFO_ID.test(id)) throw badFifoId(id, 'MessageDeduplicationId');
    return id;
  }
  if (!queue.isFifo) return undefined;
  if (queue.attributes['ContentBasedDeduplication'] === 'true')
    return createHash('sha256').update(body).digest('hex');
  throw invalidParameterValue(
    'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
  );
}

function traceHeaderOf(
  given: Readonly<Record<string, MessageAttributeValue>> | undefined,
): string | undefined {
  for (const name of Object.keys(given ?? {})) {
    if (name !== TRACE_HEADER)
      throw invalidParameterValue(`Message system attribute name '${name}' is invalid.`);
  }
  const header = given?.[TRACE_HEADER];
  if (header === undefined) return undefined;
  if (header.DataType !== 'String' || header.StringValue === undefined || header.StringValue === '') {
    throw invalidParameterValue(
      `Message (system) attribute '${TRACE_HEADER}' must contain a non-empty value of type 'String'.`,
    );
  }
  checkContents(header.StringValue);
  return header.StringValue;
}

function notForThisType(value: unknown, parameter: string): Error {
  return badValue(value, parameter, 'The request include parameter that is not valid for this queue type.');
}

function badFifoId(value: string, parameter: string): Error {
  return badValue(
    value,
    parameter,
    `${parameter} can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
  );
}
